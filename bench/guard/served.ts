import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Pool } from "undici";

import { WrittenIntents } from "../../guard/intents/intents";
import type { Pace } from "../../guard/interfaces";
import { FileLeases } from "../../guard/leases";
import { Pacing } from "../../guard/pacing/pace";
import { startGuard } from "../../guard/server";
import { newTicketKey, StackTickets } from "../../guard/tickets";
import { ContractWatch } from "../../guard/watch";

/**
 * A process that serves, for `fork`: `api`, a bare server that answers with the bytes it is sent as a message, by method and path; or before the address that is given,
 * `guard`, the guard with all of its parts, or `relay`, a proxy that does nothing else. Sends `{ url, ticket }` when it answers; the guard tells its memory when it is asked.
 */
async function main([which, upstream = ""]: readonly string[]): Promise<void> {
  process.on("disconnect", () => process.exit());
  const served = { api, guard: () => guard(new URL(upstream)), relay: () => relay(upstream) };
  process.send?.(await served[which as keyof typeof served]());
}

async function listening(server: Server): Promise<object> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ticket: "" };
}

function relay(upstream: string): Promise<object> {
  const pool = new Pool(upstream, { connections: 64 });
  const pass = async ({ method = "GET", url = "" }: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const {
      statusCode,
      headers,
      body: answer,
    } = await pool.request({
      method: method,
      path: url,
      body: body.length === 0 ? null : body,
    });
    response.writeHead(statusCode, headers).end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => void pass(request, Buffer.concat(chunks), response));
  });
  return listening(server);
}

function api(): Promise<object> {
  const answers = new Map<string, Buffer>();
  process.on("message", (more: Record<string, string>) => {
    for (const [what, text] of Object.entries(more)) answers.set(what, Buffer.from(text));
    process.send?.({});
  });
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    request.resume();
    const { method = "", url = "" } = request;
    const body = answers.get(`${method} ${url}`) ?? Buffer.from("{}");
    response.writeHead(method === "POST" ? 201 : 200, {
      "content-type": "application/json; charset=utf-8",
      "content-length": body.length,
      "ratelimit-limit": "5000",
      "ratelimit-remaining": "4990",
      "ratelimit-reset": "4102444800",
      "x-request-id": randomUUID(),
    });
    response.end(body);
  });
  return listening(server);
}

async function guard(upstream: URL): Promise<object> {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-bench-"));
  process.on("exit", () => {
    rmSync(directory, { recursive: true, force: true });
  });
  const file = join(directory, "guard.db");
  const log = (): void => undefined;
  const leases = FileLeases.open(file);
  leases.take("bench", { holder: "bench" });
  const tickets = new StackTickets(newTicketKey());
  const token = { value: "doo_v1_of_the_benchmark" };
  const tokens = { current: () => Promise.resolve(token), replacement: () => Promise.reject(new Error("none")) };
  const intents = WrittenIntents.open({ file, upstream, log });
  const watch = new ContractWatch({ file, log });
  const parts = { tickets, leases, tokens, pace: await many(Pacing.open({ file })), intents, watch, log };
  const { url } = await startGuard({ upstream, account: "bench", ...parts });
  process.on("message", () => {
    // What was not collected yet is no leak; what waits for its finalizer is collected the second time.
    globalThis.gc?.();
    setImmediate(() => {
      globalThis.gc?.();
      process.send?.(process.memoryUsage());
    });
  });
  return { url, ticket: tickets.issue("bench") };
}

/** One account alone would have to wait for the next minute after 192 calls: each gets a burst of these, as an operation sends them. */
const burst = 100;
const accounts = 2000;

async function many(pacing: Pacing): Promise<Pace> {
  // What is kept of each account is there from the beginning, and no growth.
  for (let one = 0; one < accounts; one++) {
    const turn = { account: String(one), stack: "bench" };
    await pacing.admit({ ...turn, signal: new AbortController().signal });
    pacing.observe({ ...turn, headers: {} });
  }
  let [admitted, observed] = [0, 0];
  const account = (nth: number): string => String(Math.floor(nth / burst) % accounts);
  return {
    admit: (turn) => pacing.admit({ ...turn, account: account(admitted++) }),
    observe: (seen) => {
      pacing.observe({ ...seen, account: account(observed++) });
    },
  };
}

void main(process.argv.slice(2));
