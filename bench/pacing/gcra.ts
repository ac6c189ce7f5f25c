/** The usual alternative to sliding windows: one theoretical arrival time for each limit (ATM Forum, generic cell rate algorithm). */
export class Gcra {
  private arrival = -Infinity;

  /**
   * @param burst how many at once, after a pause
   * @param every milliseconds between two in the long run
   */
  constructor(
    private readonly burst: number,
    private readonly every: number,
  ) {}

  /** When a request that comes now may go, in milliseconds. */
  take(now: number): number {
    const arrival = Math.max(this.arrival, now);
    const goes = Math.max(now, arrival - (this.burst - 1) * this.every);
    this.arrival = Math.max(arrival, goes) + this.every;
    return goes;
  }
}

/**
 * The largest burst and rate that never put more than `limit` into any window: a burst at its beginning and the rate to its end.
 * Half and half is the one that sends all of a limit's requests soonest.
 */
export function within(limit: number, window: number): Gcra {
  return new Gcra(limit / 2, window / (limit / 2));
}
