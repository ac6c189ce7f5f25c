import { spawn } from "node:child_process";

import { plain } from "../events/translation";
import type { Redactor } from "../events/redact";
import type { StackId } from "../stack-id";
import { EngineFailed } from "./errors";

/** A short call of the engine: nothing is deployed by it. */
export interface CliCall {
  readonly args: readonly string[];
  /** Handed over by standard input: secrets, and whole states. */
  readonly input?: string;
  readonly signal?: AbortSignal;
}

export interface CliAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The engine in one operation's surroundings. */
export class EngineCli {
  constructor(
    private readonly command: string,
    private readonly directory: string,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly stack: StackId,
    private readonly redactor: Redactor,
    /** One call is killed after this time. */
    private readonly timeoutMs: number,
  ) {}

  /** @throws EngineFailed when it ends with anything but 0 */
  async run(call: CliCall): Promise<string> {
    const answer = await this.try(call);
    if (answer.code !== 0) throw this.failure(call, `exit code ${answer.code}`, answer.stderr || answer.stdout);
    return answer.stdout;
  }

  /**
   * As {@link run}, but an exit code is an answer.
   * @throws EngineFailed when it can't be started, or is killed
   */
  async try(call: CliCall): Promise<CliAnswer> {
    const { args, input, signal } = call;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const child = spawn(this.command, [...args, "--non-interactive", "--color", "never"], {
        cwd: this.directory,
        env: { ...this.environment },
        stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
        ...(signal === undefined ? {} : { signal }),
      });
      // Not the option of that name: its timer outlives a process that can't be started.
      const timer = setTimeout(() => child.kill("SIGKILL"), this.timeoutMs);
      const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
      for (const stream of ["stdout", "stderr"] as const)
        child[stream]?.on("data", (chunk: Buffer) => said[stream].push(chunk));
      child.once("error", (error) => {
        clearTimeout(timer);
        reject(signal?.aborted === true ? (signal.reason as Error) : this.failure(call, "an error", error.message));
      });
      child.once("close", (code, ended) => {
        clearTimeout(timer);
        const stdout = Buffer.concat(said.stdout).toString();
        const stderr = Buffer.concat(said.stderr).toString();
        if (code === null) reject(this.failure(call, ended ?? "a signal", stderr));
        else resolve({ code, stdout, stderr });
      });
      // It may end without reading.
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input);
    });
  }

  private failure({ args }: CliCall, ended: string, said: string): EngineFailed {
    // Values are never among the first words of a call.
    const what = args.slice(0, 2).join(" ");
    return new EngineFailed(what, this.stack, ended, this.redactor.redact(plain(said)).slice(-2_000));
  }
}
