/** What doctor looks at. */
export type Area = "machine" | "engine" | "sandbox" | "connections" | "limits" | "api" | "writes";

/** One thing that was looked at. Nothing of it is secret. */
export interface Finding {
  readonly area: Area;
  /** What it is about: `Node.js`, a connection's name, an operation of the API. */
  readonly subject: string;
  /** `note`: worth knowing. `attention`: a person has to do something. */
  readonly state: "ok" | "note" | "attention";
  /** What is so, and where it is not as it should be also what to do: whole sentences. */
  readonly sentence: string;
  /** For programs. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What could not be looked at is a finding itself. */
export async function orFinding(
  area: Area,
  subject: string,
  look: () => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
    const why = error instanceof Error ? error.message : String(error);
    return [
      {
        area,
        subject,
        state: "attention",
        sentence: why.endsWith(".") ? why : `${why}.`,
        ...(code === undefined ? {} : { details: { code } }),
      },
    ];
  }
}
