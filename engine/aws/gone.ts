/** AWS's ways to say that there is no such thing: each service, and each kind of resource, has its own word. */
const words =
  /NotFound|NoSuch|\.Malformed$|InvalidAllocationID|InvalidAssociationID|InvalidGroup\.NotFound|InvalidInstanceID|NotAttached/;

export function isGone(error: unknown): boolean {
  return error instanceof Error && words.test(error.name);
}

/** @returns undefined when AWS says that there is none */
export async function unlessGone<Result>(asking: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
