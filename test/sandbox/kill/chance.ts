/** Random numbers that are the same for the same seed: mulberry32. */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** @returns from 0 to `below - 1` */
  whole(below: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  of<Value>(choice: readonly [Value, ...Value[]]): Value {
    return choice[this.whole(choice.length)] ?? choice[0];
  }

  /** For {@link Dice}. */
  rolls(count: number): number[] {
    return Array.from({ length: count }, () => this.whole(0x10000));
  }
}
