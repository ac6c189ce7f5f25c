import type { AccessToken, TokenSource } from "../../connections/credentials";
import { ReconnectNeeded } from "../../connections/credentials";
import { type Clock, type HeldLease, type Leases, noIntents, noPace, noWatch } from "../../guard/interfaces";
import { type Guard, type GuardOptions, startGuard } from "../../guard/server";
import { newTicketKey, StackTickets } from "../../guard/tickets";

/** A token that is never printed by anything else: what of it is found where it must not be, came from the guard. */
export const realToken = "doo_v1_canary0123456789abcdef0123456789abcdef0123456789abcdef01234567";

/** Time that passes by itself, and sleeps that take none of it but are counted. */
export class HurriedClock implements Clock {
  readonly slept: number[] = [];
  private ahead = 0;

  now(): number {
    return Date.now() + this.ahead;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(milliseconds);
    this.ahead += milliseconds;
    await new Promise(setImmediate);
  }
}

/** A connection's token, which a test changes as somebody else would who renews it. */
export class HandedToken implements TokenSource {
  readonly refused: string[] = [];

  constructor(
    public value: string,
    /** What comes in the place of the first; without it there is none. */
    public next?: string,
  ) {}

  current(): Promise<AccessToken> {
    return Promise.resolve({ value: this.value });
  }

  replacement(refused: AccessToken): Promise<AccessToken> {
    this.refused.push(refused.value);
    if (this.next === undefined) return Promise.reject(new ReconnectNeeded("main", "refused"));
    this.value = this.next;
    return this.current();
  }
}

/** Leases that a test holds and lets go of. */
export class HandedLeases implements Leases {
  readonly all = new Map<string, HeldLease>();

  take(stack: string, epoch = 1): void {
    this.all.set(stack, { stack, epoch });
  }

  held(stack: string): HeldLease | undefined {
    return this.all.get(stack);
  }
}

export interface Guarded {
  readonly guard: Guard;
  readonly url: string;
  readonly ticket: string;
  readonly tickets: StackTickets;
  readonly leases: HandedLeases;
  readonly clock: HurriedClock;
  readonly log: readonly string[];
  /** Asks the guard with the ticket. */
  readonly ask: (method: string, path: string, body?: object) => Promise<Asked>;
  close(): Promise<void>;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What a client makes of it; fails where the client would. */
  readonly json: () => Record<string, unknown>;
}

/** A guard of the stack «office» before an API, in no hurry with nothing but time. */
export async function guarded(upstream: string | URL, options: Partial<GuardOptions> = {}): Promise<Guarded> {
  const tickets = new StackTickets(newTicketKey());
  const leases = new HandedLeases();
  const clock = new HurriedClock();
  const log: string[] = [];
  leases.take("office");
  const ticket = tickets.issue("office");
  const guard = await startGuard({
    upstream: new URL(upstream),
    account: "account",
    tokens: new HandedToken(realToken),
    tickets,
    leases,
    pace: noPace,
    intents: noIntents,
    watch: noWatch,
    log: (line) => log.push(line),
    clock,
    ...options,
  });
  const ask = async (method: string, path: string, body?: object): Promise<Asked> => {
    const answer = await fetch(`${guard.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${ticket}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: () => JSON.parse(text) as Record<string, unknown>,
    };
  };
  return { guard, url: guard.url, ticket, tickets, leases, clock, log, ask, close: () => guard.close() };
}
