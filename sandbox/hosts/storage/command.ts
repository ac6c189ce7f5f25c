import { execFile } from "node:child_process";

import { StorageFailed } from "./errors";

export interface CommandOptions {
  /** What is to be done, for errors: `formatting volume 3e4f`. */
  readonly action: string;
  /** Where it runs. Default: where this process does. */
  readonly cwd?: string;
  /** Standard input: the place for secrets. */
  readonly input?: string;
  /** Default: 60 s. */
  readonly timeoutMs?: number;
}

/** Nothing of ours: programs that read a machine's files get no more than they need. */
const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };

/** By which `setpriv` says that it found no such program. */
const notThere = 127;

/** A copy that nobody waits for any more would still be writing when its remains are removed. */
const endWithUs = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

/**
 * Runs a program of the operating system, which ends with this process.
 * @returns its standard output
 * @throws StorageFailed with what it wrote to its standard error
 */
export function run(
  command: readonly [string, ...string[]],
  { action, cwd, input = "", timeoutMs = 60_000 }: CommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: timeoutMs, maxBuffer: 1 << 20, env: environment, ...(cwd === undefined ? {} : { cwd }) };
    const [setpriv, ...args] = [...endWithUs, ...command];
    const [program] = command;
    const child = execFile(setpriv, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const reason =
        error.code === "ENOENT" || error.code === notThere
          ? `${program} can't be run: see that its package is installed (make packages)`
          : error.killed === true
            ? `${program} took more than ${timeoutMs / 1000} s`
            : stderr.trim() || `${program} ended with exit code ${error.code ?? -1}`;
      reject(new StorageFailed(action, reason, { cause: error }));
    });
    // A program that ends before it has read everything says why by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
