import { contractFor, type Drift, drifts } from "../connections/digitalocean/contract";
import { DriftRecord, type Sighting } from "./drift-record";
import { type ApiDrift, type Clock, type Log, systemClock, type Watch } from "./interfaces";

export interface ContractWatchOptions {
  /** `guard.db`. */
  readonly file: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Told of each drift once. Default: nobody. */
  readonly log?: Log;
}

/** How long what was seen again waits to be written, in milliseconds. */
const writeAfter = 5000;
/** A program that meets more kinds of drift than this meets another API: the rest is not written down. */
const atMost = 1000;

/**
 * Holds answers against what we rely on, and writes down where they differ: each drift once, with when it was seen and how often. No
 * answer waits for it: it is written between two of them, and what can't be written is tried again later.
 */
export class ContractWatch implements Watch {
  private readonly known = new Map<string, Sighting>();
  private readonly unwritten = new Map<string, Sighting>();
  private record: DriftRecord | undefined;
  private timer: NodeJS.Timeout | undefined;
  private due = Infinity;
  private warned = false;
  private readonly clock: Clock;
  private readonly log: Log;

  constructor(private readonly options: ContractWatchOptions) {
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? (() => undefined);
  }

  look(
    { method, path }: { readonly method: string; readonly path: string },
    status: number,
    json: object,
  ): ApiDrift | undefined {
    try {
      const contract = contractFor(method, path, status);
      if (contract === undefined) return undefined;
      const found = drifts(contract, json);
      for (const drift of found) this.note(drift);
      return found.find(({ essential }) => essential);
    } catch (error) {
      // A mistake in our contract must not take the answer away.
      this.warn(error);
      return undefined;
    }
  }

  /** Writes what is not written yet. What can't be is lost: the next answer with the drift tells of it again. */
  close(): void {
    clearTimeout(this.timer);
    this.write();
    clearTimeout(this.timer);
    this.record?.close();
    this.record = undefined;
  }

  private note(drift: Drift): void {
    const key = JSON.stringify([drift.operation, drift.field, drift.expected, drift.found]);
    const now = this.clock.now();
    if (!this.known.has(key)) {
      if (this.known.size >= atMost) return;
      this.known.set(key, { drift, first: now, last: now, count: 0 });
      this.log(
        `the API has changed: in the answer to ${drift.operation}, «${drift.field}» should be ${drift.expected} and is ${drift.found}`,
      );
      this.later(0);
    } else this.later(writeAfter);
    const waiting = this.unwritten.get(key);
    if (waiting === undefined) this.unwritten.set(key, { drift, first: now, last: now, count: 1 });
    else {
      waiting.last = now;
      waiting.count++;
    }
  }

  private later(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    if (due >= this.due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.write();
    }, milliseconds).unref();
  }

  private write(): void {
    this.due = Infinity;
    if (this.unwritten.size === 0) return;
    try {
      this.record ??= DriftRecord.open(this.options.file);
      this.record.add(this.unwritten.values());
      this.unwritten.clear();
    } catch (error) {
      this.warn(error);
      this.later(writeAfter);
    }
  }

  private warn(error: unknown): void {
    if (this.warned) return;
    this.warned = true;
    const why = error instanceof Error ? error.message : String(error);
    this.log(`what has changed in the API can't be written down in ${this.options.file} for now: ${why}`);
  }
}
