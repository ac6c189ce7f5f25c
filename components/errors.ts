import { RunError } from "@pulumi/pulumi";

import { inDots, inWords, type Problem } from "./problem";

/**
 * An argument is not right: which one, what it was, and what would be right, in one sentence.
 *
 * A `RunError`, so that the engine prints the sentence and no stack: it is the user's mistake, not ours.
 */
export class InvalidArgument extends RunError {
  override readonly name = "InvalidArgument";
  readonly code = "INVALID_ARGUMENT";

  constructor(
    /** Where it is in the request, such as `software[0].subdomain`. */
    readonly argument: string,
    readonly value: unknown,
    /** What would be right, as the end of a sentence that begins with the argument: "has to be …". */
    readonly expected: string,
  ) {
    super(`${argument} ${expected} (it is ${inWords(value)}).`);
  }

  static from({ path, value, expected }: Problem): InvalidArgument {
    return new InvalidArgument(inDots(path), value, expected);
  }
}
