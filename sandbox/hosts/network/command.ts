import { execFile } from "node:child_process";

import { NetworkCommandFailed, ProgramMissing } from "./errors";

export interface CommandOptions {
  /** What is to be done, for errors: `attaching machine 7`. */
  readonly action: string;
  /** Standard input. */
  readonly input?: string;
  /** Default: 20 s, for machines that are busy with other things. */
  readonly timeoutMs?: number;
  /** Exit codes that mean success. Default: 0. */
  readonly success?: readonly number[];
}

/**
 * Runs a program of the operating system.
 * @returns its standard output
 * @throws NetworkCommandFailed, ProgramMissing
 */
export function run(program: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { action, input, timeoutMs = 20_000, success = [0] } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout: timeoutMs, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (error === null || (typeof error.code === "number" && success.includes(error.code))) {
        resolve(stdout);
      } else if (error.code === "ENOENT") {
        reject(new ProgramMissing(program, { cause: error }));
      } else {
        const reason = error.killed === true ? `nothing for ${timeoutMs / 1000} s, and was ended` : stderr.trim();
        reject(
          new NetworkCommandFailed(action, [program, ...args].join(" "), reason || error.message, { cause: error }),
        );
      }
    });
    // A program that ends before it has read everything says why by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input ?? "");
  });
}

/** Program and arguments that run a program in a network namespace. */
export function inNamespace(namespace: string, command: readonly string[]): [string, string[]] {
  return ["nsenter", [`--net=${namespacePath(namespace)}`, ...command]];
}

/** Where a named network namespace is mounted. */
export function namespacePath(namespace: string): string {
  return `/run/netns/${namespace}`;
}
