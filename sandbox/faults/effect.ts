import type { Clock } from "../clock";
import type { Trouble } from "../digitalocean/interference";
import type { Action } from "../digitalocean/state";

/** What a fault does, and to what: to a request before anything else has seen it, to an answer, or to an action. */
export type Effect = OnRequest | OnAnswer | OnAction;

/** Strikes when a request arrives: nothing of it has been carried out. */
export interface OnRequest {
  readonly on: "request";
  concerns(exchange: Exchange): boolean;
  /** @param cleared is aborted when the fault is cleared: what it still holds up then goes on */
  strike(exchange: Exchange, cleared: AbortSignal): Verdict | Promise<Verdict>;
}

/** Strikes when the answer is there, before a byte of it is sent. */
export interface OnAnswer {
  readonly on: "answer";
  concerns(exchange: Exchange, answer: Answer): boolean;
  strike(exchange: Exchange, answer: Answer, cleared: AbortSignal): Verdict | Promise<Verdict>;
}

/** Strikes when an action begins: a droplet is created, switched off, an address is assigned. */
export interface OnAction {
  readonly on: "action";
  /** @param dropletName of the action's droplet; absent when it is on something else */
  concerns(action: Action, dropletName: string | undefined): boolean;
  strike(cleared: AbortSignal): Trouble;
}

/** An effect as a kind gives it: concerned with everything that is chosen, unless it says itself what of it. */
export type Bare<One extends Effect> = Omit<One, "concerns"> & Partial<Pick<One, "concerns">>;

/** How an exchange goes on: as if nothing were, with the connection reset, or with this answer. */
export type Verdict = "pass" | "reset" | Answer;

/** A request, as far as faults need to know it, and where it came to. */
export interface Exchange {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly requestId: string;
  /** The SHA-256 of the bearer token, in hexadecimal digits; absent without one. */
  readonly tokenHash?: string;
  /** Whether the API has dealt with it; what a fault answers at the request's arrival, it has not. */
  readonly applied: boolean;
  /**
   * Makes its token invalid for good.
   * @returns whether there is one, and it could be
   */
  revokeToken(): Promise<boolean>;
  readonly world: World;
}

/** What of the sandbox a fault may use beside the exchange. */
export interface World {
  readonly clock: Clock;
  droplets(): readonly { readonly id: number; readonly name: string; readonly busy: boolean }[];
  /** Takes a droplet and its machine away, without a trace in the API. */
  lose(dropletId: number): Promise<void>;
  /**
   * Makes a token invalid for good.
   * @returns whether it could be
   */
  revoke(token: string): Promise<boolean>;
}

/** An answer as it goes out. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. The length is not among them: it follows from the body. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Default: the body goes out whole and at once. */
  readonly delivery?: Delivery;
}

/** A way for a body to go out. */
export interface Delivery {
  /** What the header claims; absent, the body goes out in chunks. */
  readonly contentLength?: number;
  pieces(body: Buffer, wire: Wire): AsyncIterable<Buffer>;
}

/** What a delivery may do beside sending pieces. */
export interface Wire {
  readonly clock: Clock;
  /** Ends the connection once everything that was sent is out, whatever is still missing. */
  hangUp(): Promise<void>;
}
