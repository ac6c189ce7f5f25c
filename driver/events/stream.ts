import type { OperationEvent } from "./operation-event";

/** How many events are kept of one operation. Two for each resource is usual. */
const kept = 50_000;

/**
 * One writer and any number of readers, each from the first event on. Readers have no queue of their own: a slow one
 * costs nothing, and when events have been dropped before it came to them it is told how many.
 */
export class EventStream implements AsyncIterable<OperationEvent> {
  private readonly events: OperationEvent[] = [];
  /** The number of the first event that is still kept. */
  private first = 0;
  private ended = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly limit = kept) {}

  push(event: OperationEvent): void {
    if (this.ended) return;
    this.events.push(event);
    // In one go, so that the copying is paid for once in many.
    if (this.events.length > this.limit * 1.2) {
      this.first += this.events.length - this.limit;
      this.events.splice(0, this.events.length - this.limit);
    }
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OperationEvent, void, void> {
    let next = 0;
    for (;;) {
      if (next < this.first) {
        const missed = this.first - next;
        next = this.first;
        const oldest = this.events[0];
        if (oldest) yield { kind: "gap", at: oldest.at, progress: oldest.progress, missed };
      }
      const event = this.events[next - this.first];
      if (event !== undefined) {
        next++;
        yield event;
      } else if (this.ended) return;
      else await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
