import { z } from "zod";

import { capsFor, span, type Window, windows } from "./limits";
import { counting, nobody, type Others } from "./readings";
import type { Flow, Standing } from "./shares";
import type { Statements } from "./tables";

const second = 1000;
/** How far two processes may differ about the time of one transaction; more is a clock that was set back. */
const sameTime = 2000;
const endOfTime = Number.MAX_SAFE_INTEGER;

const integer = z.number().int();
const accountRow = z.object({
  checked: integer,
  minute_edge: integer,
  hour_edge: integer,
  virtual_time: integer,
  quiet_until: integer,
  others: z.string(),
});
const othersSchema = z.object({
  hour: integer,
  seen: integer,
  low: integer,
  lowBefore: integer,
  lowSince: integer,
  reset: integer,
  limit: integer.positive(),
});
const stackRows = z.array(z.object({ stack: z.string(), minute: integer, hour: integer, start: integer }));
const useRow = z.object({ second: integer, stack: z.string(), count: integer });
const processRows = z.array(
  z.object({
    process: z.string(),
    stack: z.string(),
    open: integer,
    open_until: integer,
    waiting: integer,
    waiting_until: integer,
  }),
);

export type Use = z.infer<typeof useRow>;
export type ProcessRow = z.infer<typeof processRows>[number];

/** An account as it is in the file, within a transaction: read, brought up to the present, and written back. */
export class Account implements Standing {
  readonly flows = new Map<string, Flow>();
  readonly processes: ProcessRow[] = [];
  virtualTime = 0;
  quietUntil = 0;
  known: Others = nobody;
  /** Milliseconds since 1970. */
  readonly now: number;
  private edges = { minute: 0, hour: 0 };
  private readonly touched = new Set<Flow>();

  constructor(
    private readonly sql: Statements,
    readonly name: string,
    clock: number,
  ) {
    const row = sql.account.get(name);
    const kept = row === undefined ? undefined : accountRow.parse(row);
    const behind = (kept?.checked ?? 0) - clock;
    this.now = Math.max(clock, behind > sameTime ? 0 : (kept?.checked ?? 0));
    if (kept !== undefined) {
      this.edges = { minute: kept.minute_edge, hour: kept.hour_edge };
      this.virtualTime = kept.virtual_time;
      this.quietUntil = kept.quiet_until;
      this.known = othersOf(kept.others);
    }
    for (const one of stackRows.parse(sql.stacks.all(name))) {
      const { stack, minute, hour, start } = one;
      this.flows.set(stack, { stack, counted: { minute, hour }, open: 0, start, waiting: 0 });
    }
    if (behind > sameTime) this.setBack(behind);
    this.expire();
    this.processes.push(...processRows.parse(sql.processes.all(name)));
  }

  get caps(): Standing["caps"] {
    return capsFor(this.name, this.known.limit);
  }

  get others(): Standing["others"] {
    return counting(this.known, this.now);
  }

  flow(stack: string): Flow {
    const found = this.flows.get(stack);
    if (found !== undefined) return found;
    const made = { stack, counted: { minute: 0, hour: 0 }, open: 0, start: 0, waiting: 0 };
    this.flows.set(stack, made);
    return made;
  }

  /** Requests were answered: they count from now on, later than at the API and so for long enough. */
  count(stack: string, count: number): void {
    if (count <= 0) return;
    const flow = this.flow(stack);
    for (const window of windows) flow.counted[window] += count;
    this.touched.add(flow);
    this.sql.addUse.run({ account: this.name, second: Math.floor(this.now / second), stack, count });
  }

  touch(flow: Flow): void {
    this.touched.add(flow);
  }

  /** What counts in a window, oldest first: as much of it as is asked for, there may be an hour's. */
  uses(window: Window): Iterable<Use> {
    return this.between(this.edges[window], endOfTime);
  }

  /** When a request answered in this second no longer counts, in milliseconds. */
  end(use: Use, window: Window): number {
    return (use.second + 1 + span[window]) * second;
  }

  save(): void {
    for (const flow of this.flows.values()) {
      const silent = flow.counted.hour === 0 && flow.open === 0 && flow.waiting === 0;
      if (silent && flow.start <= this.virtualTime) this.sql.forgetStack.run(this.name, flow.stack);
      else if (this.touched.has(flow)) {
        const { stack, counted, start } = flow;
        this.sql.saveStack.run({ account: this.name, stack, ...counted, start });
      }
    }
    this.sql.saveAccount.run({
      account: this.name,
      checked: this.now,
      minute_edge: this.edges.minute,
      hour_edge: this.edges.hour,
      virtual_time: this.virtualTime,
      quiet_until: this.quietUntil,
      others: JSON.stringify(this.known),
    });
  }

  private expire(): void {
    for (const window of windows) {
      const edge = Math.floor(this.now / second) - span[window] - 1;
      if (edge <= this.edges[window]) continue;
      for (const { stack, count } of this.between(this.edges[window], edge)) {
        const flow = this.flow(stack);
        flow.counted[window] = Math.max(0, flow.counted[window] - count);
        this.touched.add(flow);
      }
      this.edges[window] = edge;
      if (window === "hour") this.sql.forgetUses.run(this.name, edge);
    }
  }

  /** The clock was set back: what counted at a time that is yet to come counts from now on, rather too long than too short. */
  private setBack(by: number): void {
    const edge = Math.floor(this.now / second) - span.minute - 1;
    const old = [...this.uses("hour")];
    this.sql.forgetUses.run(this.name, endOfTime);
    for (const { second: at, stack, count } of old) {
      const recent = at > this.edges.minute;
      this.sql.addUse.run({ account: this.name, second: recent ? Math.floor(this.now / second) : edge, stack, count });
    }
    this.edges = { minute: edge, hour: edge - span.hour };
    this.quietUntil -= by;
    const { seen, lowSince, reset } = this.known;
    this.known = { ...this.known, seen: seen - by, lowSince: lowSince - by, reset: reset - by };
    this.sql.shiftProcesses.run({ account: this.name, by });
  }

  private *between(after: number, to: number): Generator<Use> {
    for (const row of this.sql.uses.iterate(this.name, after, to)) yield useRow.parse(row);
  }
}

function othersOf(json: string): Others {
  try {
    return othersSchema.parse(JSON.parse(json));
  } catch {
    return nobody;
  }
}
