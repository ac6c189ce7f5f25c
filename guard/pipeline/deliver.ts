import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { ApiProblem } from "../../connections/problem";
import type { GuardedAnswer } from "../exchange";
import { bodyOf, type GuardProblem, statusOf } from "../problems";
import { giveBackAfter } from "./give-back";
import { lengthOf } from "./sample";

/**
 * Writes an answer to the client, a stream as fast as the client reads. One that breaks off ends the client's connection, so that nobody
 * takes a part for the whole.
 * @param kept whether anybody reads the answer's body afterwards
 */
export async function deliver(
  response: ServerResponse,
  { status, headers, body }: GuardedAnswer,
  { kept }: { readonly kept: boolean },
): Promise<void> {
  if (response.destroyed) {
    if (body instanceof Readable) body.destroy();
    return;
  }
  if (body instanceof Readable) {
    response.writeHead(status, mutable(headers));
    await pipeline(body, response);
    return;
  }
  const pieces = isBodiless(status) ? [] : Buffer.isBuffer(body) ? [body] : body;
  const own = isBodiless(status) ? {} : { "content-length": lengthOf(pieces) };
  if (!kept) giveBackAfter(response, pieces);
  response.writeHead(status, { ...mutable(headers), ...own });
  // What is written in one go leaves in one go.
  for (const piece of pieces.slice(0, -1)) response.write(piece);
  response.end(pieces.at(-1));
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
