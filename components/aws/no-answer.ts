import { RunError } from "@pulumi/pulumi";

/** AWS could not be asked what it has, or refused to say. */
export class NoAnswer extends RunError {
  override readonly name = "NoAnswer";
  readonly code = "AWS_NO_ANSWER";

  constructor(
    readonly region: string,
    override readonly cause: unknown,
  ) {
    super(
      `AWS does not say what it has in region ${region}: ${reason(cause)}. ` +
        "Nothing was made. See that this machine reaches AWS, that its credentials are good (deploy4me doctor), and that they may ec2:Describe*.",
    );
  }
}

/** Without what the engine puts before the provider's words, which is the name of the function. */
function reason(cause: unknown): string {
  const words = cause instanceof Error ? cause.message : String(cause);
  return words.replace(/^invocation of \S+ returned an error: /, "").replace(/[\s.]+$/, "");
}
