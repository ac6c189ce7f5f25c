import type { Clock } from "../clock";

/** What a change of a firewall means for a droplet. */
export interface PendingChange {
  readonly dropletId: number;
  /** Whether the firewall no longer protects it. */
  readonly removing: boolean;
}

/**
 * How long after a request the cloud shows what it did, as the original now and then is late: nothing by default, and
 * set by whoever wants to see what a client makes of it. All by the sandbox's clock.
 */
export class Consistency {
  /** Milliseconds in which a droplet is not found yet and in no listing, from the answer to its creation. */
  dropletHiddenMs = 0;
  /** Milliseconds for which an action is in progress at least. */
  actionMs = 0;
  private readonly hiddenUntil = new Map<number, number>();
  private readonly firewalls = new Map<string, { changes: readonly PendingChange[]; until: number }>();
  private holding = new AbortController();

  constructor(private readonly clock: Clock) {}

  /** Droplets were made: those with the numbers from the first on, up to but not including the second. */
  made(first: number, end: number): void {
    if (this.dropletHiddenMs <= 0) return;
    const until = this.clock.now().getTime() + this.dropletHiddenMs;
    for (let id = first; id < end; id++) this.hiddenUntil.set(id, until);
  }

  isHidden(dropletId: number): boolean {
    const until = this.hiddenUntil.get(dropletId);
    if (until === undefined) return false;
    if (this.clock.now().getTime() < until) return true;
    this.hiddenUntil.delete(dropletId);
    return false;
  }

  /** A firewall was changed for these droplets: that is pending for as long as an action would be. */
  firewallChanged(id: string, changes: readonly PendingChange[]): void {
    if (this.actionMs > 0) this.firewalls.set(id, { changes, until: this.clock.now().getTime() + this.actionMs });
  }

  pendingChanges(firewallId: string): readonly PendingChange[] {
    const pending = this.firewalls.get(firewallId);
    if (pending === undefined) return [];
    if (this.clock.now().getTime() < pending.until) return pending.changes;
    this.firewalls.delete(firewallId);
    return [];
  }

  /** Whether anything is shown otherwise than it is, or was until it is looked at again. */
  get isLate(): boolean {
    return this.hiddenUntil.size > 0 || this.firewalls.size > 0;
  }

  /** Resolves when an action that began at a time has lasted long enough. */
  async lasted(began: Date): Promise<void> {
    if (this.actionMs <= 0) return;
    await this.clock.sleep(began.getTime() + this.actionMs - this.clock.now().getTime(), this.holding.signal);
  }

  /** What has lasted too short a time so far has lasted long enough. */
  release(): void {
    this.holding.abort();
    this.holding = new AbortController();
  }

  shown(): { readonly dropletHiddenSeconds: number; readonly actionSeconds: number } {
    return { dropletHiddenSeconds: this.dropletHiddenMs / 1000, actionSeconds: this.actionMs / 1000 };
  }
}
