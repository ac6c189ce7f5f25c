import type { Marks } from "../recognition/marks";

/**
 * How far a write has come. `written` → `sent` → `made` → `answered`; or `sent` → `ambiguous`, until it is looked up; or `resolved`: it came to nothing.
 *
 * Open are `sent`, `ambiguous` and `made` of an operation that has ended: it may exist, and no client knows of it.
 */
export type IntentState =
  /** Nothing has left yet. */
  | "written"
  /** It may have arrived. */
  | "sent"
  /** Nobody knows whether it was carried out. */
  | "ambiguous"
  /** It is there, and the client is not told yet. */
  | "made"
  /** The client has its answer. */
  | "answered"
  /** It was refused, or nothing of it is there. */
  | "resolved";

/** What is written down of a write before it is sent. No body: only its digest, and the marks. */
export interface NewIntent {
  readonly account: string;
  readonly stack: string;
  readonly epoch: number;
  readonly method: string;
  readonly path: string;
  /** See {@link keyOf}. */
  readonly key: string;
  readonly marks: Marks;
  /** See {@link identityOf}; undefined where two are as good as each other. */
  readonly identity: string | undefined;
  /** The ids of what had these marks already. */
  readonly before: readonly string[];
}

export interface Intent extends NewIntent {
  readonly id: number;
  readonly state: IntentState;
  /** Of what was made: `/v2/droplets/5`. */
  readonly resource?: string;
  /** The code of the last failure. */
  readonly reason?: string;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
  /** Of the last change of state. */
  readonly changedAt: number;
}
