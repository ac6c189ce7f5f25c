import { setTimeout as sleep } from "node:timers/promises";

import type { HeaderFields } from "../connections/answer";
import type { GuardedAnswer, GuardedRequest, Send } from "./exchange";

/** Who waits for a turn. */
export interface Turn {
  readonly account: string;
  readonly stack: string;
  /** Who waits no longer gives its place up. */
  readonly signal: AbortSignal;
  /** Whether it is for the listing of SSH keys, which has a limit of its own. Default: no. */
  readonly listsKeys?: boolean;
}

/** How often an account is asked, over all stacks and processes. */
export interface Pace {
  /**
   * Resolves when one request may be sent. Asked before each, also before each repetition.
   * Rejects when the signal is aborted.
   */
  admit(turn: Turn): Promise<void>;
  /** Once for each request that was admitted: what the API said of its limits, `ratelimit-*` and `retry-after`, or that there was no answer. */
  observe(seen: PaceObservation): void;
}

export interface PaceObservation {
  readonly account: string;
  readonly stack: string;
  /** As in its turn. */
  readonly listsKeys?: boolean;
  /** Absent when no answer came. */
  readonly status?: number;
  readonly headers: HeaderFields;
}

/** What keeps a write from being carried out twice. Wrapped around every request that is not a read. */
export interface Intents {
  /**
   * Sends the request once and says what came of it; after an ambiguous failure it looks before it sends again.
   * @param send for the request itself and for reads that look
   * @throws what `send` throws, when nothing more is known
   */
  perform(request: GuardedRequest, send: Send): Promise<GuardedAnswer>;
}

/** A field that we rely on is not as it was. */
export interface ApiDrift {
  /** `GET /v2/droplets/{droplet_id}` */
  readonly operation: string;
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

/** Compares answers with what we rely on, and writes down where they differ. */
export interface Watch {
  /**
   * @param json as parsed; not to be changed
   * @returns a difference with which a client would go wrong, as one that takes a missing number for zero: the answer is not handed on
   */
  look(request: Pick<GuardedRequest, "method" | "path">, status: number, json: object): ApiDrift | undefined;
}

/** Who may work on which stack. */
export interface Leases {
  /** The lease that this process has on the stack at this moment. */
  held(stack: string): HeldLease | undefined;
}

export interface HeldLease {
  readonly stack: string;
  readonly epoch: number;
}

/** What clients show in place of a token. */
export interface Tickets {
  /** Whose ticket it is, among those that were issued for this guard. */
  stackOf(ticket: string): string | undefined;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** One line, without a secret. */
export type Log = (line: string) => void;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { ...(signal === undefined ? {} : { signal }) }),
};

export const noPace: Pace = { admit: () => Promise.resolve(), observe: () => undefined };
export const noIntents: Intents = { perform: (request, send) => send(request) };
export const noWatch: Watch = { look: () => undefined };
