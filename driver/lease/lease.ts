import type { OperationKind } from "../operation";
import type { StackId } from "../stack-id";
import type { Owner } from "./owner";

/** Who wants a stack, and what for. */
export interface LeaseRequest {
  readonly stack: StackId;
  /** The operation's id. */
  readonly operation: string;
  readonly kind: OperationKind;
}

/** The right to change one stack, for as long as it is renewed. */
export interface Lease {
  readonly stack: StackId;
  /** Grows with each lease of the stack: whoever is shown a smaller one than it knows is late. */
  readonly epoch: number;
  /** The operation that had it before and is dead: what it left behind has to be cleared away first. */
  readonly previous: { readonly operation: string; readonly kind: string; readonly owner: Owner } | undefined;
  /** What was kept with the stack before, by {@link keep}. */
  readonly kept: string | undefined;
  /**
   * Keeps a text with the stack, for whoever has it next; nothing: what was kept goes.
   * @throws LeasesUnavailable
   */
  keep(text: string | undefined): Promise<void>;
  /** Aborted when it could not be kept. Whatever runs under it has to end at once. */
  readonly lost: AbortSignal;
  /** Milliseconds until it may belong to somebody else, if nothing is heard of it any more. */
  remainingMs(): number;
  /** Gives it back. Never throws: a lease that can't be given back runs out. */
  release(): Promise<void>;
}

/** Who has which stack. Of a stack, one operation at a time has it, over all processes that share this. */
export interface Leases {
  /**
   * Takes a stack. That of an owner who is proven dead is taken over, and so is one of an owner we can't look at
   * who has not renewed it in time.
   * @throws StackBusy when a living owner has it
   * @throws LeasesUnavailable
   */
  acquire(request: LeaseRequest, signal?: AbortSignal): Promise<Lease>;
  /** The lease that this process has on a stack (`project/stack`) at this moment. A guard asks before it serves the stack. */
  held(stack: string): { readonly stack: string; readonly epoch: number } | undefined;
  /** Who has a stack, wherever that is. */
  holder(stack: StackId): Promise<LeaseRow | undefined>;
  close(): Promise<void>;
}

/** How long a lease lasts without being renewed, and when its owner gives up before that. */
export interface LeaseTimes {
  /** Default: 45 s. */
  readonly lastsMs: number;
  /** Default: 5 s. */
  readonly renewMs: number;
  /** So long before its end the owner stops by itself, which has to be enough to notice and to kill everything. Default: 15 s. */
  readonly marginMs: number;
}

export const usualTimes: LeaseTimes = { lastsMs: 45_000, renewMs: 5_000, marginMs: 15_000 };

/** What is kept of a stack's lease. */
export interface LeaseRow {
  readonly epoch: number;
  readonly operation: string;
  readonly kind: string;
  readonly owner: Owner;
  /** Whether its time is over, by the clock of whoever has the leases. */
  readonly expired: boolean;
}
