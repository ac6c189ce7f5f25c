import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { faultMark } from "../faults/plugin";
import { type Answer, Contract, whereToGetIt } from "./contract";

/** With this variable set to 1, a daemon holds every answer it gives against DigitalOcean's description of its API. */
export const contractVariable = "DEPLOY4ME_SANDBOX_CONTRACT";

/** Where a daemon writes what it found, in its sandbox's directory. */
export interface ContractFiles {
  /** One line an answer that is not as the description says. */
  readonly violations: string;
  /** One line a kind of answer that is: `GET /v2/droplets/:droplet 200`. */
  readonly validated: string;
}

export function contractFiles(directory: string): ContractFiles {
  return { violations: join(directory, "violations.txt"), validated: join(directory, "validated.txt") };
}

/**
 * Holds every answer of an API against the description, and writes down what it finds. The answers are not changed:
 * a wrong one is what a test wants to see. Those that a fault was wanted in are none of the API's.
 * @param directory gets the files, see {@link contractFiles}
 */
export function watchContract(app: FastifyInstance, directory: string, log: (line: string) => void): void {
  const contract = Contract.load();
  if (contract === undefined) {
    log(whereToGetIt);
    return;
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const files = contractFiles(directory);
  const known = new Set<string>();
  app.addHook("onSend", (request, reply, payload, done) => {
    const route = request.routeOptions.url;
    const isOwn = reply.getHeader(faultMark) === undefined;
    if (isOwn && route !== undefined && contract.describes(request.method, request.url)) {
      const violations = contract.violations(answerOf(request, reply, payload));
      for (const violation of violations) appendFileSync(files.violations, `${violation}\n`);
      const kind = `${request.method} ${route} ${reply.statusCode}`;
      if (violations.length === 0 && !known.has(kind)) {
        known.add(kind);
        appendFileSync(files.validated, `${kind}\n`);
      }
    }
    done(null, payload);
  });
}

function answerOf(request: FastifyRequest, reply: FastifyReply, payload: unknown): Answer {
  const text = typeof payload === "string" || Buffer.isBuffer(payload) ? payload.toString() : "";
  const isJson = String(reply.getHeader("content-type")).includes("json");
  return {
    method: request.method,
    path: request.url,
    status: reply.statusCode,
    headers: reply.getHeaders(),
    body: text === "" ? undefined : isJson ? (JSON.parse(text) as unknown) : text,
  };
}
