import type { HeaderFields } from "../../connections/answer";
import type { Clock, Log } from "../interfaces";
import { PacingClosed, PacingUnavailable, RateLimitReached } from "./errors";
import type { Delay, Ledger, Report } from "./ledger";
import { Permits } from "./permits";
import { read, type Reading } from "./readings";
import { isBusy } from "./tables";

interface Waiter {
  readonly deadline: number;
  readonly enter: () => void;
  readonly refuse: (reason: Error) => void;
}

export interface DeskOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly longestWaitMs: number;
  readonly answerWithinMs: number;
  readonly log: Log;
}

/** How long a process that waits goes without a look at the ledger: well within the time that others believe it to wait. */
const lookEvery = 500;
/** How long what was answered is kept to itself when nothing else is to be written. */
const reportAfter = 250;
/** How often the ledger is asked for when another process has it, and for how long, in real milliseconds. */
const knock = { every: 2, atMost: 5000 };
/** Pauses shorter than this are not worth a line. */
const worthALine = 5000;

/** Where the requests of this process to one account wait for their turn. */
export class Desk {
  private readonly queues = new Map<string, Waiter[]>();
  private readonly permits: Permits;
  private readings: Reading[] = [];
  private wake: AbortController | undefined;
  private due = Infinity;
  private queued = false;
  private knocking: NodeJS.Timeout | undefined;
  private knockingSince: number | undefined;
  private told = 0;

  constructor(
    private readonly account: string,
    private readonly process: string,
    private readonly ledger: Ledger,
    private readonly options: DeskOptions,
  ) {
    this.permits = new Permits(options.answerWithinMs);
  }

  admit(stack: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const queue = this.queues.get(stack) ?? [];
      this.queues.set(stack, queue);
      const leave = (): void => {
        signal.removeEventListener("abort", aborted);
      };
      const waiter: Waiter = {
        deadline: this.options.clock.now() + this.options.longestWaitMs,
        enter: () => {
          leave();
          resolve();
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const aborted = (): void => {
        queue.splice(queue.indexOf(waiter), 1);
        if (queue.length === 0) this.queues.delete(stack);
        reject(signal.reason as Error);
        this.soon();
      };
      signal.addEventListener("abort", aborted);
      queue.push(waiter);
      this.soon();
    });
  }

  observe(stack: string, status: number | undefined, headers: HeaderFields): void {
    const now = this.options.clock.now();
    this.permits.settle(stack, now);
    const reading = status === undefined ? {} : read(status, headers, now);
    if (reading.hour !== undefined) this.readings = this.readings.filter(({ hour }) => hour === undefined);
    if (reading.hour !== undefined || reading.quietUntil !== undefined) this.readings.push(reading);
    // Others have to know at once that the API wants to be left alone.
    if (reading.quietUntil !== undefined) this.soon();
    else this.look(now + reportAfter);
  }

  close(): void {
    this.wake?.abort();
    clearTimeout(this.knocking);
    this.refuse(new PacingClosed());
    this.permits.settleAll(this.options.clock.now());
    try {
      this.ledger.settle(this.report(), () => this.options.clock.now());
    } catch {
      // What is in the file counts for longer then.
    }
  }

  /** At the end of this turn of the loop: what comes at once is settled at once. */
  private soon(): void {
    if (this.queued || this.knocking !== undefined) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      this.settle();
    });
  }

  private settle(): void {
    this.knocking = undefined;
    const report = this.report();
    try {
      const { admitted, delayed } = this.ledger.settle(report, () => this.options.clock.now());
      this.knockingSince = undefined;
      this.permits.reported(admitted, this.options.clock.now());
      this.readings = [];
      for (const [stack, count] of admitted) for (const one of this.take(stack, count)) one.enter();
      this.wait(delayed);
    } catch (error) {
      this.failed(error);
    }
  }

  private report(): Report {
    const waiting = new Map([...this.queues].map(([stack, queue]) => [stack, queue.length]));
    const { account, process, readings } = this;
    return { account, process, waiting, readings, ...this.permits.report(this.options.clock.now()) };
  }

  private take(stack: string, count: number): Waiter[] {
    const queue = this.queues.get(stack) ?? [];
    const taken = queue.splice(0, count);
    if (queue.length === 0) this.queues.delete(stack);
    return taken;
  }

  /** Another process has the ledger for a moment, or it can't be used. */
  private failed(error: unknown): void {
    const now = performance.now();
    this.knockingSince ??= now;
    if (isBusy(error) && now - this.knockingSince < knock.atMost) {
      this.knocking = setTimeout(() => {
        this.settle();
      }, knock.every);
      return;
    }
    this.knockingSince = undefined;
    this.refuse(new PacingUnavailable(this.options.file, error));
  }

  private wait(delayed: ReadonlyMap<string, Delay>): void {
    const now = this.options.clock.now();
    let next = Infinity;
    for (const [stack, delay] of delayed) {
      const queue = this.queues.get(stack) ?? [];
      // What is known for certain to come too late is refused at once; the minute's end is always near.
      const hopeless = delay.by === "provider" || delay.by === "hour" ? delay.at : now;
      const latest = Math.max(now, hopeless);
      const late = firstDeadline(queue) > latest ? [] : queue.filter(({ deadline }) => deadline <= latest);
      for (const one of late) {
        queue.splice(queue.indexOf(one), 1);
        one.refuse(new RateLimitReached(this.account, stack, delay.by, new Date(Math.max(delay.at, now))));
      }
      if (queue.length === 0) this.queues.delete(stack);
      else next = Math.min(next, Math.max(delay.at, now + 1), firstDeadline(queue));
      this.tell(delay, now);
    }
    if (next < Infinity) this.look(Math.min(next, now + lookEvery));
  }

  private look(at: number): void {
    if (at >= this.due) return;
    this.wake?.abort();
    const wake = new AbortController();
    this.wake = wake;
    this.due = at;
    this.options.clock.sleep(Math.max(0, at - this.options.clock.now()), wake.signal).then(
      () => {
        this.due = Infinity;
        this.soon();
      },
      () => undefined,
    );
  }

  private refuse(reason: Error): void {
    for (const queue of this.queues.values()) for (const one of queue.splice(0)) one.refuse(reason);
    this.queues.clear();
  }

  private tell({ at, by }: Delay, now: number): void {
    if (at - now < worthALine || at < this.told + worthALine) return;
    this.told = at;
    const why =
      by === "provider"
        ? "its API wants to be left alone"
        : `what its API allows in ${by === "hour" ? "an" : "a"} ${by} is used up`;
    this.options.log(`account ${this.account}: requests wait until ${new Date(at).toISOString()}, because ${why}`);
  }
}

/** Of those that wait, thousands maybe: looked for with each request that is let in. */
function firstDeadline(queue: readonly Waiter[]): number {
  let first = Infinity;
  for (const { deadline } of queue) if (deadline < first) first = deadline;
  return first;
}
