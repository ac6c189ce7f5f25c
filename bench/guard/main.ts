import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { Pool } from "undici";

import { start as startApi } from "../api/comparison";
import { percentile } from "../api/load";
import { LeanClient } from "./lean-client";
import {
  judged,
  judgedMemory,
  memoryInWords,
  type MemoryResult,
  overheadInWords,
  type OverheadResult,
  type Times,
} from "./results";

/** In turns, so that a busy machine slows both alike. */
const turns = 20;
const callsPerTurn = 100;
const callsForMemory = { first: 20_000, last: 100_000 } as const;

interface Call {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
}

const droplet = "/v2/droplets/1";
const calls: readonly Call[] = [
  { name: "read one droplet", method: "GET", path: droplet },
  { name: "list droplets", method: "GET", path: "/v2/droplets" },
  { name: "list 200 droplets", method: "GET", path: "/v2/droplets?per_page=200" },
  { name: "make a tag", method: "POST", path: "/v2/tags", body: '{"name":"bench"}' },
];

/**
 * `node dist/bench/guard/main.js`: what the guard adds to a call, and whether its memory stays as it is. Exits with 1 when a limit is passed. Arguments
 * choose by name: `calls`, `memory`.
 */
async function main(chosen: readonly string[]): Promise<void> {
  const wanted = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
  const api = await start("api");
  const [guard, relay] = await Promise.all([start("guard", api.url), start("relay", api.url)]);
  try {
    await tell(api.child, await answers());
    const passed: boolean[] = [];
    for (const call of wanted("calls") ? calls : []) {
      const result = await overhead(call, { direct: api, relayed: relay, guarded: guard });
      say(overheadInWords(result));
      passed.push(result.passed);
    }
    if (wanted("memory")) {
      const memory = await memoryOf(guard);
      say(memoryInWords(memory));
      passed.push(memory.passed);
    }
    if (passed.includes(false)) process.exitCode = 1;
  } finally {
    guard.child.disconnect();
    relay.child.disconnect();
    api.child.disconnect();
  }
}

/** As the sandbox gives them, so that what is read is as long and as deep as in earnest. */
async function answers(): Promise<Record<string, string>> {
  const sandbox = await startApi("ours");
  try {
    const headers = { authorization: `Bearer ${sandbox.token}` };
    const read = async (path: string): Promise<string> => (await fetch(`${sandbox.url}${path}`, { headers })).text();
    const list = await read("/v2/droplets?per_page=200");
    const [one] = (JSON.parse(list) as { readonly droplets: readonly object[] }).droplets;
    return {
      [`GET ${droplet}`]: JSON.stringify({ droplet: one }),
      "GET /v2/droplets": await read("/v2/droplets"),
      "GET /v2/droplets?per_page=200": list,
      "POST /v2/tags": '{"tag":{"name":"bench","resources":{"count":0}}}',
    };
  } finally {
    sandbox.child.disconnect();
  }
}

const ways = ["direct", "relayed", "guarded"] as const;
type Way = (typeof ways)[number];

async function overhead(call: Call, served: Readonly<Record<Way, Served>>): Promise<OverheadResult> {
  const one = (way: Way) => ({ way, times: [] as number[], client: new LeanClient(served[way].url) });
  const contenders = ways.map(one);
  let bytes = 0;
  try {
    for (let turn = -2; turn < turns; turn++) {
      for (const { way, times, client } of contenders) {
        const request = { ...call, headers: headersOf(call, served[way].ticket) };
        for (let sent = 0; sent < callsPerTurn; sent++) {
          const begun = performance.now();
          bytes = await client.send(request);
          // The first turns are to warm up.
          if (turn >= 0) times.push(performance.now() - begun);
        }
      }
    }
  } finally {
    await Promise.all(contenders.map(({ client }) => client.close()));
  }
  const [direct, relayed, guarded] = contenders.map(({ times }) => ({
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  })) as [Times, Times, Times];
  return judged(call.name, bytes, { direct, relayed, guarded });
}

async function memoryOf(guard: Served): Promise<MemoryResult> {
  const pool = new Pool(guard.url, { connections: 8 });
  const call: Call = { name: "", method: "GET", path: droplet };
  let sent = 0;
  const until = async (count: number): Promise<NodeJS.MemoryUsage> => {
    const worker = async (): Promise<void> => {
      while (sent < count) {
        sent++;
        await send(pool, call, guard.ticket);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    return (await ask(guard.child)) as NodeJS.MemoryUsage;
  };
  try {
    const first = await until(callsForMemory.first);
    const last = await until(callsForMemory.last);
    const change = (what: "rss" | "heapUsed") => ({ first: first[what], last: last[what] });
    return judgedMemory(callsForMemory, change("rss"), change("heapUsed"));
  } finally {
    await pool.close();
  }
}

function headersOf({ body }: Call, ticket: string): Record<string, string> {
  return { authorization: `Bearer ${ticket}`, ...(body === undefined ? {} : { "content-type": "application/json" }) };
}

async function send(pool: Pool, call: Call, ticket: string): Promise<number> {
  const { method, path, body } = call;
  const headers = headersOf(call, ticket);
  const answer = await pool.request({ method, path, headers, ...(body === undefined ? {} : { body }) });
  const { byteLength } = await answer.body.arrayBuffer();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered with ${answer.statusCode}`);
  return byteLength;
}

interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ticket: string;
}

async function start(which: "api" | "guard" | "relay", upstream = ""): Promise<Served> {
  const child = fork(join(__dirname, "served.js"), [which, upstream], { execArgv: ["--expose-gc"] });
  const ended = once(child, "exit").then(() => {
    throw new Error(`the ${which} did not start`);
  });
  const [said] = (await Promise.race([once(child, "message"), ended])) as [Omit<Served, "child">];
  // From now on it ends when it is told to.
  ended.catch(() => undefined);
  return { child, ...said };
}

function tell(child: ChildProcess, what: Record<string, string>): Promise<unknown> {
  const known = once(child, "message");
  child.send(what);
  return known;
}

async function ask(child: ChildProcess): Promise<unknown> {
  const answer = once(child, "message");
  child.send({});
  return ((await answer) as [unknown])[0];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
