import type { Readable } from "node:stream";

import type { HeaderFields } from "../connections/answer";

/** A request of a client's, past the ticket and the lease: read to its end, without the ticket and what belongs to its connection alone. */
export interface GuardedRequest {
  /** Upper case. */
  readonly method: string;
  /** Begins with `/`, without the query. Nothing in it leads elsewhere (`..`, encoded or not). */
  readonly path: string;
  /** With its `?`; empty when there is none. */
  readonly query: string;
  /** By lower-case name. Neither `authorization` nor `host`. */
  readonly headers: HeaderFields;
  /** Empty when there is none. */
  readonly body: Buffer;
  /** The stack whose ticket was shown. */
  readonly stack: string;
  /** Of the stack's lease: higher than that of every operation before on the same stack. */
  readonly epoch: number;
  /** Whose requests the API counts together: the connection's account. */
  readonly account: string;
  /** The guard's name of the request, in its log and its errors. */
  readonly id: string;
  /** Aborted when the client has gone, of a read; a write that was begun is brought to its end. */
  readonly signal: AbortSignal;
  /**
   * Resolves when the answer has gone out to the client (true), or the client has gone before (false): then nobody knows of what was created.
   * Never rejects. Absent: whoever asks is told by what is returned.
   */
  readonly delivered?: Promise<boolean>;
  /** Whether the answer is read for what stands in it: then `json` has every item of a listing. Default: no. */
  readonly thorough?: boolean;
}

/** An answer as the client will get it. */
export interface GuardedAnswer {
  readonly status: number;
  /** By lower-case name, without what belongs to a connection alone. `content-length` is set from the body. */
  readonly headers: HeaderFields;
  /**
   * In pieces, as they came, when it is long. A stream when it is not JSON (a kubeconfig, a bill), or longer than what is held back: who takes the
   * answer reads or destroys it.
   */
  readonly body: Buffer | readonly Buffer[] | Readable;
  /** What was parsed of a body that is JSON and was held back; absent for all others. Of a long listing a sample, unless it was asked for thoroughly. */
  readonly json?: object;
}

/**
 * Sends a request to the API: paced, with the current token. A read is sent again for a bounded time, a write only where it is certain
 * that nothing was done (it never left, 401, 429). Answers of 500 and more, and 429 in the end, are thrown as well.
 * @throws ApiProblem, GuardProblem: both have a `code` and say with `ambiguous` whether a write may have been carried out
 */
export type Send = (request: GuardedRequest) => Promise<GuardedAnswer>;
