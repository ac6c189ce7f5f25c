import { setTimeout as wait } from "node:timers/promises";

/** The time as the sandbox sees it. Everything that is dated, runs out or takes a set time asks it. */
export interface Clock {
  now(): Date;
  /**
   * @param ms milliseconds of this clock; resolves at once when they are over already
   * @param signal when it is aborted, the sleep ends early
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    if (ms <= 0) return;
    await wait(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      // By the signal alone: errors of Node's own may be of another realm.
      if (signal?.aborted !== true) throw error;
    });
  },
};

/**
 * A clock that stands still until it is told otherwise: for tests of what takes hours or days, with the same answers every
 * time.
 * @example
 * const clock = new ManualClock(new Date("2026-01-01T00:00:00Z"));
 * clock.advance(3_600_000);
 */
export class ManualClock implements Clock {
  private time: number;
  private sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  constructor(start: Date) {
    this.time = start.getTime();
  }

  now(): Date {
    return new Date(this.time);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((wake) => {
      const early = (): void => {
        this.sleepers = this.sleepers.filter((one) => one !== sleeper);
        wake();
      };
      const end = (): void => {
        signal?.removeEventListener("abort", early);
        wake();
      };
      const sleeper = { until: this.time + ms, wake: end };
      this.sleepers.push(sleeper);
      signal?.addEventListener("abort", early);
    });
  }

  /** @param ms milliseconds; whoever slept until then goes on, those who slept less first */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`a clock goes forward: ${ms} ms`);
    this.time += ms;
    const due = this.sleepers.filter(({ until }) => until <= this.time).sort((a, b) => a.until - b.until);
    this.sleepers = this.sleepers.filter(({ until }) => until > this.time);
    for (const { wake } of due) wake();
  }
}
