import type { Operation } from "../../driver/operation";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * What Ctrl-C does: the first cancels in good order, the second kills what still runs, the third ends the command as it
 * is. SIGTERM and SIGHUP count as well.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private readonly running = new Set<Operation<unknown>>();
  private readonly listener = (signal: NodeJS.Signals): void => {
    this.count++;
    this.interrupted(signal);
  };
  private count = 0;

  constructor(private readonly tell: (sentence: string) => void) {
    for (const signal of signals) process.on(signal, this.listener);
  }

  /** Aborted by the first. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Waits for an operation, which is told of what comes. */
  async during<Result>(operation: Operation<Result>): Promise<Result> {
    this.running.add(operation);
    try {
      return await operation.result;
    } finally {
      this.running.delete(operation);
    }
  }

  close(): void {
    for (const signal of signals) process.off(signal, this.listener);
  }

  private interrupted(signal: NodeJS.Signals): void {
    const reason = signal === "SIGINT" ? "Ctrl-C" : signal;
    if (this.count === 1) {
      if (this.running.size > 0)
        this.tell(
          `${reason}: stopping after the steps in flight, so that nothing is left half done. Once more kills them.`,
        );
      this.controller.abort(reason);
    } else if (this.count === 2 && this.running.size > 0) {
      this.tell("Killing what still runs. The next operation first settles what was in flight.");
      for (const operation of this.running) operation.kill();
    } else process.exit(130);
  }
}
