/**
 * Decisions out of a row of random numbers. Zero is always the first and plainest choice, and a row that is over gives
 * zeros: so a failing sequence shrinks towards plain calls.
 */
export class Dice {
  private next = 0;

  constructor(private readonly rolls: readonly number[]) {}

  /** @returns from 0 to `sides - 1` */
  roll(sides: number): number {
    return (this.rolls[this.next++] ?? 0) % sides;
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.roll(times) === times - 1;
  }

  from<Value>(choice: readonly [Value, ...Value[]]): Value {
    return choice[this.roll(choice.length)] ?? choice[0];
  }

  /** One of those that are there, and now and then, or when there is none, one that is not. */
  known<Value>(there: readonly Value[], unknown: Value): Value {
    const at = this.roll(there.length * 6 + 1);
    return there[Math.floor(at / 6)] ?? unknown;
  }

  /** As `known`, up to so many of them. */
  some<Value>(there: readonly Value[], unknown: Value, atMost: number): Value[] {
    return Array.from({ length: this.roll(atMost + 1) }, () => this.known(there, unknown));
  }
}
