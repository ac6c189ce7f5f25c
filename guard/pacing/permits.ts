/** The requests of this process that were let in, by stack: which are without an answer, and which the ledger has yet to hear of. */
export class Permits {
  /** When each was let in, oldest first: milliseconds since 1970. Which answer belongs to which does not matter to the count. */
  private readonly open = new Map<string, number[]>();
  private answered = new Map<string, number>();
  private overdue = new Map<string, number>();

  /** @param answerWithin after this time a request is taken for answered, in milliseconds */
  constructor(private readonly answerWithin: number) {}

  settle(stack: string, now: number): void {
    const oldest = this.open.get(stack)?.shift();
    if (oldest === undefined) return;
    add(oldest + this.answerWithin > now ? this.answered : this.overdue, stack, 1);
  }

  settleAll(now: number): void {
    for (const [stack, times] of this.open) while (times.length > 0) this.settle(stack, now);
  }

  /** What the ledger is to hear; it is kept until {@link reported}. */
  report(now: number): Record<"open" | "answered" | "overdue", ReadonlyMap<string, number>> {
    const open = new Map<string, number>();
    for (const [stack, times] of this.open) {
      while (times[0] !== undefined && times[0] + this.answerWithin <= now) this.settle(stack, now);
      if (times.length > 0) open.set(stack, times.length);
      else this.open.delete(stack);
    }
    return { open, answered: this.answered, overdue: this.overdue };
  }

  /** The ledger has heard it, and has let more in. */
  reported(admitted: ReadonlyMap<string, number>, now: number): void {
    this.answered = new Map();
    this.overdue = new Map();
    for (const [stack, count] of admitted) {
      const times = this.open.get(stack) ?? [];
      this.open.set(stack, times);
      for (let one = 0; one < count; one++) times.push(now);
    }
  }
}

function add(counts: Map<string, number>, stack: string, count: number): void {
  counts.set(stack, (counts.get(stack) ?? 0) + count);
}
