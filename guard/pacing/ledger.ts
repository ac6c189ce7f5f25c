import type { DatabaseSync } from "node:sqlite";

import { Account, type ProcessRow } from "./account";
import type { LimitedBy } from "./errors";
import { span, type Window, windows } from "./limits";
import { learn, type Reading } from "./readings";
import { comesBefore, enter, type Flow, left, queueUp, type Standing, use, used } from "./shares";
import { prepare, type Statements } from "./tables";

/** What one process brings to a transaction, of one account. */
export interface Report {
  readonly account: string;
  /** Random: a process number may be given twice. */
  readonly process: string;
  /** Requests that wait, by stack. */
  readonly waiting: ReadonlyMap<string, number>;
  /** Requests without an answer, by stack. */
  readonly open: ReadonlyMap<string, number>;
  /** Requests that were answered since the last report, by stack. */
  readonly answered: ReadonlyMap<string, number>;
  /** Requests whose answer came too late or never: counted by somebody else already when this process's line is gone. */
  readonly overdue: ReadonlyMap<string, number>;
  /** What the API said, oldest first. */
  readonly readings: readonly Reading[];
}

/** When a stack that has to wait may come again, and why it has to. */
export interface Delay {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: LimitedBy;
}

export interface Outcome {
  /** How many requests are let in, by stack. */
  readonly admitted: ReadonlyMap<string, number>;
  readonly delayed: ReadonlyMap<string, Delay>;
}

export interface Times {
  /** After this time a request without an answer is taken for answered, in milliseconds. */
  readonly answerWithin: number;
  /** For how long a process that waits is believed to, in milliseconds. */
  readonly believedFor: number;
}

/** How soon to look again for a turn that is another process's, in milliseconds. */
const soon = 20;
/** When others have used the hour up, one request is tried after the announced time, and the next one this much later. */
const betweenProbes = 15_000;

/** The account's requests as all processes of this machine count them, each change in one transaction. */
export class Ledger {
  private readonly sql: Statements;

  constructor(
    database: DatabaseSync,
    private readonly times: Times,
  ) {
    this.sql = prepare(database);
  }

  /**
   * @param clock milliseconds since 1970, read before the lock is asked for
   * @throws of SQLite; nothing is changed then
   */
  settle(report: Report, clock: () => number): Outcome {
    this.sql.begin.run();
    try {
      const account = new Account(this.sql, report.account, clock());
      const own = this.bringUpToDate(account, report);
      for (const reading of report.readings) take(account, reading);
      const outcome = admit(account, report.waiting);
      this.saveOwn(account, report, own, outcome);
      account.save();
      this.sql.commit.run();
      return outcome;
    } catch (error) {
      this.rollBack();
      throw error;
    }
  }

  private rollBack(): void {
    try {
      this.sql.rollback.run();
    } catch {
      // SQLite has done it by itself, as it does when the disk is full.
    }
  }

  /** Every process's requests that are on their way and that wait; of one that is no more, until its time is over. */
  private bringUpToDate(account: Account, { process, open, answered, overdue, waiting }: Report): Set<string> {
    const own = new Set<string>();
    const queued = new Set<string>();
    for (const row of account.processes) {
      if (row.process !== process) this.believe(account, row);
      else {
        own.add(row.stack);
        if (row.waiting > 0) queued.add(row.stack);
      }
    }
    for (const [stack, count] of answered) account.count(stack, count);
    for (const [stack, count] of overdue) if (own.has(stack)) account.count(stack, count);
    for (const [stack, count] of open) account.flow(stack).open += count;
    for (const [stack, count] of waiting) {
      const flow = account.flow(stack);
      if (flow.waiting === 0 && !queued.has(stack)) queueUp(account, flow);
      flow.waiting += count;
      account.touch(flow);
    }
    return own;
  }

  private believe(account: Account, row: ProcessRow): void {
    const late = row.open > 0 && row.open_until <= account.now;
    const waits = row.waiting > 0 && row.waiting_until > account.now;
    if (late) account.count(row.stack, row.open);
    else account.flow(row.stack).open += row.open;
    if (waits) account.flow(row.stack).waiting += row.waiting;
    if (!late && (waits || row.open > 0)) return;
    if (waits) this.sql.saveProcess.run({ account: account.name, ...row, open: 0 });
    else this.sql.forgetProcess.run(account.name, row.process, row.stack);
  }

  private saveOwn(account: Account, report: Report, own: ReadonlySet<string>, { admitted }: Outcome): void {
    for (const stack of new Set([...own, ...report.open.keys(), ...report.waiting.keys()])) {
      const entered = admitted.get(stack) ?? 0;
      const open = (report.open.get(stack) ?? 0) + entered;
      const waiting = (report.waiting.get(stack) ?? 0) - entered;
      if (open === 0 && waiting === 0) {
        if (own.has(stack)) this.sql.forgetProcess.run(account.name, report.process, stack);
        continue;
      }
      this.sql.saveProcess.run({
        account: account.name,
        process: report.process,
        stack,
        open,
        open_until: account.now + this.times.answerWithin,
        waiting,
        waiting_until: account.now + this.times.believedFor,
      });
    }
  }
}

function take(account: Account, { hour, quietUntil }: Reading): void {
  account.quietUntil = Math.max(account.quietUntil, quietUntil ?? 0);
  if (hour === undefined) return;
  const ours = { answered: 0, open: 0 };
  for (const { counted, open } of account.flows.values()) {
    ours.answered += counted.hour;
    ours.open += open;
  }
  account.known = learn(account.known, hour, ours, account.now);
}

function admit(account: Account, waiting: ReadonlyMap<string, number>): Outcome {
  const admitted = new Map<string, number>();
  const delayed = new Map<string, Delay>();
  const quiet = account.quietUntil > account.now;
  let queue = [...waiting].map(([stack, count]) => ({ flow: account.flow(stack), count }));
  while (queue.length > 0) {
    const next = queue.reduce((first, other) => (comesBefore(other.flow, first.flow) ? other : first));
    const refused = quiet ? "quiet" : enter(account, next.flow);
    if (refused === undefined || (refused === "no-room" && probe(account, next.flow))) {
      admitted.set(next.flow.stack, (admitted.get(next.flow.stack) ?? 0) + 1);
      if (--next.count > 0) continue;
    } else delayed.set(next.flow.stack, delay(account, next.flow, refused));
    queue = queue.filter((one) => one !== next);
  }
  return { admitted, delayed };
}

/** Others have used the hour up, as far as is known; when some of it is due to be free, one request finds out. */
function probe(account: Account, flow: Flow): boolean {
  const { known, now, others } = account;
  if (others.hour === 0 || known.reset > now) return false;
  const { flows, caps, virtualTime } = account;
  const without: Standing = { flows, caps, virtualTime, others: { hour: 0, minute: others.minute } };
  if (enter(without, flow) !== undefined) return false;
  account.virtualTime = without.virtualTime;
  account.known = { ...known, reset: now + betweenProbes };
  return true;
}

function delay(account: Account, flow: Flow, refused: "quiet" | "no-room" | "not-yet"): Delay {
  if (refused === "quiet") return { at: account.quietUntil, by: "provider" };
  if (refused === "not-yet") return { at: account.now + soon, by: "turn" };
  const uses = use(account);
  const delays = windows
    .filter((window) => left(window, account.caps[window], uses[window], used(flow, window)) <= 0)
    .map((window): Delay => ({ at: freeAt(account, flow, window), by: window }));
  return delays.reduce((latest, one) => (one.at > latest.at ? one : latest), { at: account.now + soon, by: "turn" });
}

/** When so many requests no longer count that the stack may send one. */
function freeAt(account: Account, flow: Flow, window: Window): number {
  const whole = use(account)[window];
  const cap = account.caps[window];
  let own = used(flow, window);
  let at: number | undefined;
  for (const one of account.uses(window)) {
    whole.sum -= one.count;
    if (one.stack === flow.stack) own -= one.count;
    if (left(window, cap, whole, own) <= 0) continue;
    at = account.end(one, window);
    break;
  }
  const { known, others, now } = account;
  // Of what others use, only the first end is known; of what is on its way, nothing.
  const theirs = window === "hour" && others.hour > 0 ? Math.max(known.reset, now + soon) : undefined;
  const ends = [at, theirs].filter((time) => time !== undefined);
  return ends.length > 0 ? Math.min(...ends) : now + span[window] * 1000;
}
