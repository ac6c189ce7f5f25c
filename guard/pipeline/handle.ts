import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import { type ApiProblem, isRead } from "../../connections/problem";
import type { Send } from "../exchange";
import type { HeldLease, Intents, Leases, Log, Tickets } from "../interfaces";
import { asProblem, GuardProblem, leaseEnded, statusOf } from "../problems";
import { readBody } from "./body";
import { deliver, deliverProblem } from "./deliver";
import { targetOf } from "./door";
import { endToEnd } from "./headers";

export interface Handling {
  readonly account: string;
  readonly tickets: Tickets;
  readonly leases: Leases;
  readonly intents: Intents;
  readonly send: Send;
  readonly log: Log;
  /** Bytes of a request's body. */
  readonly bodyLimit: number;
  /** What a client that means this guard has as `host`. */
  readonly hosts: ReadonlySet<string>;
}

/** The requests of one guard, from their arrival until they are answered. */
export class Requests {
  private readonly reads = new Set<AbortController>();
  private readonly writes = new Set<Promise<void>>();
  private closing = false;

  constructor(private readonly parts: Handling) {}

  /** Answers, come what may; never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const handled = this.answered(request, response).finally(() => this.writes.delete(handled));
    if (!isRead(request.method ?? "")) this.writes.add(handled);
    return handled;
  }

  /** Breaks off reads, and resolves when all writes have come to their end. */
  async settle(): Promise<void> {
    this.closing = true;
    for (const read of this.reads) read.abort(closing());
    await Promise.all(this.writes);
  }

  private async answered(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = randomUUID();
    try {
      await this.answer(request, response, id);
    } catch (error) {
      const asked = { method: request.method ?? "", path: (request.url ?? "").replace(/[?#].*/s, "") };
      const problem = asProblem(error, asked);
      // Who has gone away does not want to know why its answer did not come.
      if (response.destroyed && isRead(asked.method)) return;
      this.parts.log(`${id} ${printable(`${asked.method} ${asked.path}`)}: ${statusOf(problem)} ${inWords(problem)}`);
      deliverProblem(response, problem, id);
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const { account, hosts, intents, send, bodyLimit } = this.parts;
    const target = targetOf(request, hosts);
    const { stack, epoch } = this.leaseOf(request);
    const body = await readBody(request, bodyLimit);
    if (this.closing) throw closing();
    const asked = { ...target, headers: endToEnd(request.headers), body, stack, epoch, account, id };
    // A write that was begun is brought to its end, so that it is known what came of it.
    if (!isRead(target.method)) {
      const write = { ...asked, signal: new AbortController().signal, delivered: deliveryOf(response) };
      await deliver(response, await intents.perform(write, send), { kept: true });
      return;
    }
    const ends = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) ends.abort(new Error("the client has gone"));
    });
    this.reads.add(ends);
    try {
      await deliver(response, await send({ ...asked, signal: ends.signal }), { kept: false });
    } finally {
      this.reads.delete(ends);
    }
  }

  /** @throws GuardProblem with TICKET_UNKNOWN or LEASE_ENDED */
  private leaseOf({ headers }: IncomingMessage): HeldLease {
    const { tickets, leases } = this.parts;
    const shown = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
    const stack = shown === undefined ? undefined : tickets.stackOf(shown);
    if (stack === undefined) {
      throw new GuardProblem(
        "TICKET_UNKNOWN",
        "The request carries no ticket of this guard's. A token of its own has no place here: where the stack's configuration has one, " +
          "remove it (pulumi config rm digitalocean:token), and run the command with: deploy4me exec",
      );
    }
    const lease = leases.held(stack);
    if (lease === undefined) throw leaseEnded(stack);
    return lease;
  }
}

function closing(): GuardProblem {
  return new GuardProblem("CLOSING", "The guard ends, so the request was not carried out. Run the command again.");
}

function deliveryOf(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve(false);
    response.once("close", () => {
      resolve(response.writableFinished);
    });
  });
}

/** What nobody foresaw is told by its kind and its place: its own words may hold anything. */
function inWords(problem: GuardProblem | ApiProblem): string {
  const { cause } = problem;
  if (problem.code !== "INTERNAL" || !(cause instanceof Error)) return problem.code;
  const frames = (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [`${problem.code} ${cause.name}`, ...frames.slice(0, 6)].join("\n");
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, "?").slice(0, 300);
}
