import type { Path } from "../../programs/check";
import { DriverError } from "../errors";

/** One thing in a request that is not right. Holds no secret, whatever the request held. */
export interface RequestProblem {
  readonly path: Path;
  /** The path in one text: `software[0].size`; empty for the request as a whole. */
  readonly at: string;
  /** What is there, as people may see it; absent when it is secret, or may be. */
  readonly value?: string;
  /** What would be right, as the end of a sentence that begins with the path: "has to be …". */
  readonly expected: string;
  /** What was probably meant, when something is like it. */
  readonly suggestion?: string;
  /** Where in the file, from 1 on. */
  readonly line?: number;
  readonly column?: number;
}

/** A request is not right: everything that is wrong with it, at once. */
export class InvalidRequest extends DriverError {
  override readonly name = "InvalidRequest";
  readonly code = "INVALID_REQUEST";

  constructor(
    readonly problems: readonly RequestProblem[],
    /** The file's name, when it was read from one. */
    readonly file?: string,
  ) {
    super(
      [
        `${file ?? "The request"} is not right${problems.length === 1 ? "" : `, in ${problems.length} places`}:`,
        ...problems.map((problem) => `  ${sentenceOf(problem)}`),
      ].join("\n"),
    );
  }
}

/** A problem in one sentence, with its place in the file when it is known. */
export function sentenceOf({ at, value, expected, line, column }: RequestProblem): string {
  const place = line === undefined ? "" : `${line}:${column ?? 1} `;
  const subject = at === "" ? "the request" : at;
  if (value !== undefined) return `${place}${subject} ${expected} (it is ${value}).`;
  return `${place}${subject} ${expected}${expected.endsWith("?") ? "" : "."}`;
}

/** Why a request can't be read at all. */
export type UnreadableReason =
  | "missing"
  | "not-a-file"
  | "forbidden"
  | "too-large"
  | "not-text"
  | "not-yaml"
  | "not-json"
  | "too-complex"
  | "failed";

/** A file can't be read as a request. */
export class UnreadableRequest extends DriverError {
  override readonly name = "UnreadableRequest";
  readonly code = "UNREADABLE_REQUEST";

  constructor(
    readonly file: string,
    readonly reason: UnreadableReason,
    sentence: string,
    /** Where in the file, from 1 on, when it is one place. */
    readonly position?: { readonly line: number; readonly column: number },
  ) {
    super(`${file}${position ? `:${position.line}:${position.column}` : ""} ${sentence}`);
  }
}
