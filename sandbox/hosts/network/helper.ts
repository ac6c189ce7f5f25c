import type { ChildProcess } from "node:child_process";

import { HelperFailed } from "./errors";

/** A process that the network needs for as long as it is open. */
export interface HelperOptions<C extends ChildProcess> {
  /** What it does, for the log and errors: `The resolver`. */
  readonly title: string;
  readonly start: () => C;
  /** Resolves when the process does its work. */
  readonly ready: (child: C) => Promise<void>;
  /** Asks it to end. What it does not heed within 3 s is ended by the kernel. */
  readonly stop: (child: C) => void;
  readonly log: (line: string) => void;
}

/** How long a process may take until it does its work: more than on a busy machine. */
const readyMs = 20_000;
const stopMs = 3_000;
/** Between the end of a process and the next start, so that one that can't live does not burn the machine. */
const restartMs = 1_000;

/** Keeps one process alive. Every process ends with ours, however ours ends: each waits on a pipe to us. */
export class Helper<C extends ChildProcess> {
  private child: C | undefined;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: HelperOptions<C>) {}

  /** @throws HelperFailed when it does not come up */
  async start(): Promise<void> {
    const { title, start, ready } = this.options;
    const child = start();
    this.child = child;
    let timer: NodeJS.Timeout | undefined;
    try {
      await Promise.race([
        ready(child),
        new Promise<never>((_, reject) => {
          child.once("error", (error) => {
            reject(new HelperFailed(title, "can't be run", { cause: error }));
          });
          child.once("exit", (code, signal) => {
            reject(new HelperFailed(title, `ended before it was ready (${signal ?? `exit code ${code ?? 0}`})`));
          });
          timer = setTimeout(() => {
            reject(new HelperFailed(title, `was not ready after ${readyMs / 1000} s`));
          }, readyMs);
        }),
      ]);
    } catch (error) {
      await this.end(child);
      throw error;
    } finally {
      clearTimeout(timer);
    }
    child.once("exit", (code, signal) => {
      this.restart(signal ?? `exit code ${code ?? 0}`);
    });
    if (this.closed) await this.end(child);
    else if (child.exitCode !== null || child.signalCode !== null) this.restart("at once");
  }

  /** The process that runs now; undefined while it is being restarted. */
  get running(): C | undefined {
    return this.child;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.child !== undefined) await this.end(this.child);
  }

  private restart(reason: string): void {
    this.child = undefined;
    if (this.closed || this.timer !== undefined) return;
    this.options.log(`${this.options.title} ended (${reason}) and is started again.`);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.start().catch((error: unknown) => {
        this.restart(error instanceof Error ? error.message : String(error));
      });
    }, restartMs);
  }

  private async end(child: C): Promise<void> {
    this.child = undefined;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) =>
      child.once("exit", () => {
        resolve();
      }),
    );
    this.options.stop(child);
    const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
    await ended;
    clearTimeout(timer);
  }
}
