import type { PendingAuthorization, PendingAuthorizations, PendingKey, Taken } from "./pending";

interface Entry {
  readonly sessionHash: string;
  readonly expires: Date;
  /** Absent once it is answered: then only that is remembered. */
  readonly pending?: PendingAuthorization;
}

/** For a single process that ends with its authorization, as the command line does. */
export class MemoryPendingAuthorizations implements PendingAuthorizations {
  private readonly entries = new Map<string, Entry>();

  add({ stateHash, sessionHash }: PendingKey, pending: PendingAuthorization, expires: Date): Promise<void> {
    this.entries.set(stateHash, { sessionHash, pending, expires });
    return Promise.resolve();
  }

  take({ stateHash, sessionHash }: PendingKey, now: Date): Promise<Taken> {
    const entry = this.entries.get(stateHash);
    if (entry === undefined) return Promise.resolve({ refused: "unknown-state" });
    const { pending, expires } = entry;
    if (entry.sessionHash !== sessionHash) return Promise.resolve({ refused: "other-session" });
    if (pending === undefined) return Promise.resolve({ refused: "used" });
    if (expires <= now) return Promise.resolve({ refused: "expired" });
    this.entries.set(stateHash, { sessionHash, expires });
    return Promise.resolve({ pending });
  }
}
