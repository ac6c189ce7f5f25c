/** Who has the same name waits for its turn; others go by. */
export class Queue {
  private readonly tails = new Map<string, Promise<void>>();

  /** @returns gives the turn on; to be called once */
  async turn(name: string): Promise<() => void> {
    const before = this.tails.get(name);
    let done: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.tails.set(name, mine);
    await before;
    return () => {
      if (this.tails.get(name) === mine) this.tails.delete(name);
      done();
    };
  }
}
