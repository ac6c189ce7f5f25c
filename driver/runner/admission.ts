import { totalmem } from "node:os";

import { MemoryNotGranted } from "../errors";

interface Waiting {
  readonly mb: number;
  readonly admitted: () => void;
}

/** Lets operations begin while there is memory for them, first come, first served. */
export class Admission {
  private used = 0;
  private readonly waiting: Waiting[] = [];

  /** @param budgetMb what all operations together may use */
  constructor(readonly budgetMb: number) {}

  /** What is given out, in MB. */
  get usedMb(): number {
    return this.used;
  }

  get queued(): number {
    return this.waiting.length;
  }

  /**
   * @param onWait told how many are before it, when it has to wait
   * @returns gives the memory back; a second call does nothing
   * @throws MemoryNotGranted when there could never be as much
   * @throws the signal's reason when it is aborted before
   */
  async enter(mb: number, signal: AbortSignal, onWait: (ahead: number) => void): Promise<() => void> {
    signal.throwIfAborted();
    if (mb > this.budgetMb) throw new MemoryNotGranted(mb, this.budgetMb);
    if (this.waiting.length === 0 && this.used + mb <= this.budgetMb) this.used += mb;
    else {
      onWait(this.waiting.length);
      await this.turn(mb, signal);
    }
    let given = true;
    return () => {
      if (!given) return;
      given = false;
      this.used -= mb;
      this.next();
    };
  }

  private turn(mb: number, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(one), 1);
        // Whoever stood behind may need less.
        this.next();
        reject(signal.reason as Error);
      };
      const one: Waiting = {
        mb,
        admitted: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
      };
      this.waiting.push(one);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  private next(): void {
    for (;;) {
      const [first] = this.waiting;
      if (first === undefined || this.used + first.mb > this.budgetMb) return;
      this.waiting.shift();
      this.used += first.mb;
      first.admitted();
    }
  }
}

/** Half of what this machine has, or of what the process is limited to. */
export function usualBudgetMb(): number {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.floor(bytes / 2 / (1 << 20));
}
