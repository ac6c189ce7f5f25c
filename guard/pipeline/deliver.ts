import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { ApiProblem } from "../../connections/problem";
import type { GuardedAnswer } from "../exchange";
import { bodyOf, type GuardProblem, statusOf } from "../problems";

/**
 * Writes an answer to the client, a stream as fast as the client reads. One that breaks off ends the client's connection, so that nobody
 * takes a part for the whole.
 */
export async function deliver(response: ServerResponse, { status, headers, body }: GuardedAnswer): Promise<void> {
  if (response.destroyed) {
    if (body instanceof Readable) body.destroy();
    return;
  }
  const own = body instanceof Readable || isBodiless(status) ? {} : { "content-length": body.length };
  response.writeHead(status, { ...mutable(headers), ...own });
  if (body instanceof Readable) await pipeline(body, response);
  else response.end(isBodiless(status) ? undefined : body);
}

export function deliverProblem(response: ServerResponse, problem: GuardProblem | ApiProblem, id: string): void {
  if (response.destroyed) return;
  // The answer was begun: there is no other way left to say that it is none.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = Buffer.from(bodyOf(problem, id));
  response.writeHead(statusOf(problem), {
    "content-type": "application/json; charset=utf-8",
    "content-length": body.length,
    // What is refused at the door was perhaps not read to its end.
    ...(response.req.complete ? {} : { connection: "close" }),
  });
  response.end(body);
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

function mutable(headers: GuardedAnswer["headers"]): Record<string, string | string[]> {
  const copy: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) copy[name] = typeof value === "string" ? value : [...value];
  return copy;
}
