import type { Clock } from "../../../sandbox/clock";

/** A clock on which whoever sleeps wakes up when the test says so. */
export class HeldClock implements Clock {
  /** How long each sleep was to be, in milliseconds. */
  readonly sleeps: number[] = [];
  private wakes: (() => void)[] = [];
  private waiting: (() => void) | undefined;

  now(): Date {
    return new Date("2026-01-01T12:00:00Z");
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    this.sleeps.push(ms);
    this.waiting?.();
    return new Promise((resolve) => {
      this.wakes.push(resolve);
      signal?.addEventListener("abort", () => {
        resolve();
      });
    });
  }

  /** Resolves when this many have gone to sleep, from the beginning on. */
  async asleep(count: number): Promise<void> {
    while (this.sleeps.length < count) await new Promise<void>((resolve) => (this.waiting = resolve));
  }

  /** Whoever sleeps by now is none of the test's business. */
  forget(): void {
    this.sleeps.length = 0;
    this.wakes = [];
  }

  wake(): void {
    for (const wake of this.wakes.splice(0)) wake();
  }
}
