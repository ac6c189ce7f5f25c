import { CommandFailed } from "./errors";
import { redact } from "./redaction";
import type { RunOptions, SshSession } from "./ssh";

export interface SucceedOptions extends RunOptions {
  /** What has to be done, for errors: "installing packages". */
  readonly action: string;
  /** Texts that must not appear in an error. */
  readonly secrets?: readonly string[];
}

/** How much of a failed command's output an error shows. */
const excerptLines = 20;
const excerptCharacters = 4_000;

/**
 * Runs a script that has to succeed.
 * @returns its standard output
 * @throws CommandFailed with the end of what it wrote, free of secrets
 */
export async function succeed(
  session: Pick<SshSession, "run" | "place">,
  script: string,
  options: SucceedOptions,
): Promise<string> {
  const { code, stdout, stderr } = await session.run(script, options);
  if (code === 0) return stdout;
  const output = redact(stderr.trim() === "" ? stdout : stderr, options.secrets ?? []);
  throw new CommandFailed(session.place, options.action, code, excerpt(output));
}

/** The end of a text: where programs say what went wrong. */
export function excerpt(text: string): string {
  return text.trimEnd().split("\n").slice(-excerptLines).join("\n").slice(-excerptCharacters);
}
