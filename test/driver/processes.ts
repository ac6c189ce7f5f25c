import { readdirSync, readFileSync } from "node:fs";

/** The processes that carry a mark in their environment: those of an operation, of a home, of a test. */
export function processesWith(mark: string): { readonly pid: number; readonly command: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, "latin1").includes(mark)) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, "latin1").replaceAll("\0", " ").trim();
        // One that has ended and was not waited for has no command any more.
        return command === "" ? [] : [{ pid: Number(name), command }];
      } catch {
        return [];
      }
    });
}

/** Looks again and again. @throws when it takes too long */
export async function until<Value>(
  look: () => Value | undefined | false,
  what: string,
  withinMs = 10_000,
): Promise<Value> {
  for (const end = Date.now() + withinMs; Date.now() < end;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}
