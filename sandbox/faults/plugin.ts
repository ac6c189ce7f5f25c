import { Readable } from "node:stream";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { bearerToken } from "../digitalocean/access";
import { hangUp, resetConnection } from "./connection";
import type { Answer, Delivery, Exchange, Verdict, World } from "./effect";
import type { Faults } from "./faults";
import { hashOf } from "./selection";

/**
 * The header of an answer that a fault made or changed: the faults' ids. It is for whoever looks for the cause, and for
 * the sandbox's own tests, which hold such answers against no contract. The original has nothing like it, so that a
 * client must not rely on it.
 */
export const faultMark = "x-sandbox-fault";

declare module "fastify" {
  interface FastifyRequest {
    /** Which faults made or changed the answer, and whether the API had its say. Absent when there were no faults. */
    faults: { readonly marks: string[]; applied: boolean } | undefined;
  }
}

/** Lets faults strike the requests of an application. Comes before everything that answers or refuses requests. */
export function injectFaults(app: FastifyInstance, faults: Faults, world: World): void {
  app.decorateRequest("faults", undefined);
  app.addHook("onRequest", async (request, reply) => {
    if (faults.isEmpty) return;
    const course = { marks: [], applied: false };
    request.faults = course;
    const verdict = await atArrival(faults, exchangeOf(request, world), course.marks);
    course.applied = verdict === "pass";
    if (verdict === "pass") return;
    if (verdict === "reset") {
      reply.hijack();
      resetConnection(request.raw.socket);
      return;
    }
    write(reply, verdict);
    return reply.send(verdict.body);
  });
  app.addHook("onSend", async (request, reply, payload) => {
    const { marks } = request.faults ?? {};
    if (marks === undefined || !isPlain(payload)) return payload;
    const before = answerOf(reply, payload);
    const verdict = await atAnswer(faults, exchangeOf(request, world), before, marks);
    if (verdict === "reset") {
      resetConnection(request.raw.socket);
      return payload;
    }
    if (verdict !== before) write(reply, verdict);
    if (marks.length > 0) void reply.header(faultMark, marks.join(", "));
    if (verdict === before) return payload;
    // Bytes, where the API has text: what it keeps to answer with again is its own.
    if (verdict.delivery === undefined || request.method === "HEAD") return verdict.body;
    return deliver(request, reply, verdict, verdict.delivery, world);
  });
}

/** The first fault that does not let the request pass decides; the others are not asked. */
async function atArrival(faults: Faults, exchange: Exchange, marks: string[]): Promise<Verdict> {
  for (const { id, effect, cleared } of faults.strikes("request", (effect) => effect.concerns(exchange))) {
    const verdict = await effect.strike(exchange, cleared);
    if (verdict === "pass") continue;
    marks.push(id);
    return verdict;
  }
  return "pass";
}

/** Each fault gets what the one before left. */
async function atAnswer(faults: Faults, exchange: Exchange, given: Answer, marks: string[]): Promise<Answer | "reset"> {
  let answer = given;
  for (const { id, effect, cleared } of faults.strikes("answer", (effect) => effect.concerns(exchange, answer))) {
    const verdict = await effect.strike(exchange, answer, cleared);
    if (verdict === "reset") return verdict;
    if (verdict === "pass") continue;
    marks.push(id);
    answer = verdict;
  }
  return answer;
}

function exchangeOf(request: FastifyRequest, world: World): Exchange {
  const token = bearerToken(request);
  return {
    method: request.method,
    path: request.url.replace(/\?.*/s, ""),
    requestId: request.id,
    ...(token === undefined ? {} : { tokenHash: hashOf(token) }),
    applied: request.faults?.applied ?? false,
    revokeToken: () => (token === undefined ? Promise.resolve(false) : world.revoke(token)),
    world,
  };
}

/** Streams are no answers of the API; what else is sent through it is let alone. */
function isPlain(payload: unknown): payload is string | Buffer | null | undefined {
  return payload === undefined || payload === null || typeof payload === "string" || Buffer.isBuffer(payload);
}

function answerOf(reply: FastifyReply, payload: string | Buffer | null | undefined): Answer {
  const headers = Object.entries(reply.getHeaders()).filter(([name]) => name !== "content-length");
  return {
    status: reply.statusCode,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    body: Buffer.from(payload ?? ""),
  };
}

/** Everything that was there before goes: an answer of the edge has no header of the API. */
function write(reply: FastifyReply, { status, headers }: Answer): void {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  void reply.status(status).headers(headers);
}

function deliver(
  request: FastifyRequest,
  reply: FastifyReply,
  { body }: Answer,
  delivery: Delivery,
  { clock }: World,
): Readable {
  const { contentLength } = delivery;
  if (contentLength !== undefined) void reply.header("content-length", String(contentLength));
  return Readable.from(delivery.pieces(body, { clock, hangUp: () => hangUp(request.raw.socket) }), {
    objectMode: false,
  });
}
