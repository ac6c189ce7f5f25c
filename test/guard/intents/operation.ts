import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { GuardOptions } from "../../../guard/server";
import { type IntentOptions, WrittenIntents } from "../../../guard/intents/intents";
import type { CloudState } from "../../../sandbox/digitalocean/state";
import { FaultyApi, token } from "../../sandbox/faults/faulty-api";
import { type Asked, type Guarded, guarded, HandedLeases, HandedToken } from "../guarded";

/** A cloud with faults, and guards that are started one after the other on the same journal, as operations of one stack are. */
export class Operations {
  private readonly directory = mkdtempSync(join(tmpdir(), "deploy4me-intents-"));
  readonly file: string;
  private epoch = 0;
  private running: Guarded | undefined;
  private written: WrittenIntents | undefined;

  private constructor(
    readonly api: FaultyApi,
    private readonly stack = "office",
    shared?: string,
  ) {
    this.file = shared ?? join(this.directory, "guard.db");
  }

  static async open(): Promise<Operations> {
    return new Operations(await FaultyApi.open());
  }

  /** Operations of another stack in the same cloud, with the same journal. */
  static async beside(other: Operations, stack: string): Promise<Operations> {
    const made = new Operations(other.api, stack, other.file);
    await made.next();
    return made;
  }

  get state(): Readonly<CloudState> {
    return this.api.cloud.state;
  }

  get intents(): WrittenIntents {
    if (this.written === undefined) throw new Error("no operation runs");
    return this.written;
  }

  get through(): Guarded {
    if (this.running === undefined) throw new Error("no operation runs");
    return this.running;
  }

  /** Ends the operation that runs, and begins the next. */
  async next(settings: Partial<IntentOptions> = {}, options: Partial<GuardOptions> = {}): Promise<Guarded> {
    await this.end();
    const leases = new HandedLeases();
    leases.take(this.stack, ++this.epoch);
    const log: string[] = [];
    const upstream = new URL(this.api.origin);
    this.written = WrittenIntents.open({
      file: this.file,
      upstream,
      visibleWithin: 200,
      visibleAfterTimeout: 200,
      pause: 1,
      log: (line) => log.push(line),
      ...settings,
    });
    this.running = await guarded(upstream, {
      tokens: new HandedToken(token),
      leases,
      tickets: { stackOf: () => this.stack },
      intents: this.written,
      timeouts: { headers: 700, answer: 400 },
      retry: { attempts: 3, base: 1, longest: 1 },
      ...options,
    });
    return this.running;
  }

  async end(): Promise<void> {
    await this.running?.close();
    await this.written?.close();
    this.running = undefined;
    this.written = undefined;
  }

  post(path: string, body: object): Promise<Asked> {
    return this.through.ask("POST", path, body);
  }

  /** Adds a fault that strikes the next request of this route once. */
  once(route: string, fault: object): string {
    return this.api.add({ ...fault, route, count: 1 });
  }

  /** Adds one that strikes until it is cleared. */
  always(route: string, fault: object): string {
    return this.api.add({ ...fault, route, count: "unlimited" });
  }

  async close(): Promise<void> {
    this.api.faults.clearAll();
    await this.end();
    await this.api.close();
    rmSync(this.directory, { recursive: true });
  }
}

/** Failures after which nobody can know whether a create was carried out; in those that are `applied`, it was. */
export const unclear: readonly { readonly applied: boolean; readonly fault: object }[] = [
  { applied: true, fault: { kind: "reset", applied: true } },
  { applied: false, fault: { kind: "reset" } },
  { applied: true, fault: { kind: "edge-error", status: 520, applied: true } },
  { applied: true, fault: { kind: "edge-error", status: 524, applied: true } },
  { applied: false, fault: { kind: "edge-error", status: 522 } },
  { applied: true, fault: { kind: "gateway-timeout", applied: true } },
  { applied: false, fault: { kind: "gateway-timeout" } },
  { applied: false, fault: { kind: "challenge", status: 403 } },
  { applied: false, fault: { kind: "challenge", status: 200 } },
  { applied: false, fault: { kind: "server-error", status: 500 } },
  { applied: false, fault: { kind: "server-error", status: 503 } },
  { applied: true, fault: { kind: "truncated", how: "length" } },
  { applied: true, fault: { kind: "truncated", how: "chunked" } },
  { applied: true, fault: { kind: "truncated", how: "json" } },
  { applied: true, fault: { kind: "empty" } },
  { applied: true, fault: { kind: "slow", delay: 60, applied: true } },
  { applied: true, fault: { kind: "dribble", bytes: 1, pause: 5 } },
];

/** One of each sort. */
export const someUnclear = unclear.filter(({ fault }) => /reset|json|522/.test(JSON.stringify(fault)));
