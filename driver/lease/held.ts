import type { Lease, LeaseRow, LeaseTimes } from "./lease";
import type { StackId } from "../stack-id";
import { lifeOf, thisProcess } from "./owner";

/** What a store does for a lease that is held. Each may fail when the store can't be reached. */
export interface LeaseStore {
  /** @returns whether it is still ours: the epoch is the one given */
  renew(stack: StackId, epoch: number): Promise<boolean>;
  release(stack: StackId, epoch: number): Promise<void>;
  keep(stack: StackId, epoch: number, text: string | undefined): Promise<void>;
}

/** Leases of this very process that are held: a row that says so and is not here was left by a failed release. */
const held = new Map<string, number>();

export function heldHere(stack: string): { readonly stack: string; readonly epoch: number } | undefined {
  const epoch = held.get(stack);
  return epoch === undefined ? undefined : { stack, epoch };
}

/** Whether a row stands in the way of another lease. */
export function isHeld(key: string, row: LeaseRow): boolean {
  const life = lifeOf(row.owner);
  if (life === "unknown") return !row.expired;
  if (life === "alive" && row.owner.instance === thisProcess().instance) return held.get(key) === row.epoch;
  return life === "alive";
}

/** A lease that renews itself until it is released or can't be kept. */
export class HeldLease implements Lease {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private renewing: Promise<void> | undefined;
  private released: Promise<void> | undefined;
  /** By the monotonic clock: the wall clock may be set while we wait. */
  private renewedAt: number;

  constructor(
    private readonly store: LeaseStore,
    private readonly times: LeaseTimes,
    private readonly key: string,
    readonly stack: StackId,
    readonly epoch: number,
    readonly previous: NonNullable<Lease["previous"]> | undefined,
    readonly kept: string | undefined,
    /** When it was asked for: its time counts from there, not from the answer. */
    askedAt: number,
  ) {
    this.renewedAt = askedAt;
    held.set(key, epoch);
    this.timer = setInterval(() => {
      this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
      if (this.remainingMs() <= 0) this.lose("it could not be renewed in time");
    }, times.renewMs);
    this.timer.unref();
  }

  get lost(): AbortSignal {
    return this.controller.signal;
  }

  remainingMs(): number {
    return this.renewedAt + this.times.lastsMs - this.times.marginMs - performance.now();
  }

  keep(text: string | undefined): Promise<void> {
    return this.store.keep(this.stack, this.epoch, text);
  }

  release(): Promise<void> {
    this.released ??= this.giveBack();
    return this.released;
  }

  private async giveBack(): Promise<void> {
    clearInterval(this.timer);
    await this.renewing;
    if (!this.lost.aborted) await this.store.release(this.stack, this.epoch).catch(() => undefined);
    if (held.get(this.key) === this.epoch) held.delete(this.key);
  }

  private async renew(): Promise<void> {
    const askedAt = performance.now();
    try {
      if (await this.store.renew(this.stack, this.epoch)) this.renewedAt = askedAt;
      else this.lose("another operation took it over");
    } catch {
      // The next attempt may get through; without one in time it is lost.
    }
  }

  private lose(why: string): void {
    clearInterval(this.timer);
    if (held.get(this.key) === this.epoch) held.delete(this.key);
    if (!this.lost.aborted) this.controller.abort(why);
  }
}
