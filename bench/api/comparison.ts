import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { load, percentile } from "./load";

/** What is listed. The two hundred droplets come on one page and on ten. */
const listings = [
  "/v2/droplets",
  "/v2/droplets?page=5&per_page=20",
  "/v2/droplets?per_page=200",
  "/v2/actions?per_page=200",
  "/v2/domains?per_page=200",
] as const;

const perSecond = 500;
/** In turns, so that a busy machine slows both alike. */
const turns = 4;
const secondsPerTurn = 5;
/** Milliseconds within which 99 of 100 are to be answered. */
const limit = 20;

/** How one listing did beside a server that only sends the same bytes. Milliseconds. */
export interface ApiResult {
  readonly name: string;
  readonly bytes: number;
  readonly ours: { readonly p50: number; readonly p99: number };
  readonly peer: { readonly p50: number; readonly p99: number };
  /** Of the 99th percentiles. */
  readonly ratio: number;
  readonly passed: boolean;
}

/** Lists at 500 requests a second, each listing for 20 s, in turns with the peer. */
export async function apiComparison(say: (line: string) => void): Promise<ApiResult[]> {
  const [ours, peer] = await Promise.all([start("ours"), start("peer")]);
  try {
    const headers = { authorization: `Bearer ${ours.token}` };
    const results: ApiResult[] = [];
    for (const path of listings) {
      const text = await (await fetch(`${ours.url}${path}`, { headers })).text();
      await tell(peer.child, { [path]: text });
      const times = { ours: [] as number[], peer: [] as number[] };
      for (const [which, { url }] of Object.entries({ ours, peer }) as ["ours" | "peer", Served][])
        await load({ url, path, headers, perSecond, seconds: 1 }).then(() => (times[which].length = 0));
      for (let turn = 0; turn < turns; turn++) {
        times.ours.push(...(await load({ url: ours.url, path, headers, perSecond, seconds: secondsPerTurn })));
        times.peer.push(...(await load({ url: peer.url, path, headers, perSecond, seconds: secondsPerTurn })));
      }
      const result = judged(path, text.length, times.ours, times.peer);
      say(apiInWords(result));
      results.push(result);
    }
    return results;
  } finally {
    ours.child.disconnect();
    peer.child.disconnect();
  }
}

export function apiInWords({ name, bytes, ours, peer, ratio, passed }: ApiResult): string {
  const times = ({ p50, p99 }: ApiResult["ours"]): string => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  return (
    `${name} (${(bytes / 1024).toFixed(0)} KiB) at ${perSecond} a second: ${times(ours)}, against ${times(peer)}: ` +
    `${ratio.toFixed(2)} times, ${passed ? "within" : "ABOVE"} the limit of ${limit} ms`
  );
}

/** Where the machine is so busy that even the peer takes long, ours may take twice as long as the peer. */
export function judged(name: string, bytes: number, ours: readonly number[], peer: readonly number[]): ApiResult {
  const of = (times: readonly number[]): ApiResult["ours"] => ({
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  });
  const both = { ours: of(ours), peer: of(peer) };
  const passed = both.ours.p99 <= Math.max(limit, 2 * both.peer.p99);
  return { name, bytes, ...both, ratio: both.ours.p99 / both.peer.p99, passed };
}

export interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
}

export async function start(which: "ours" | "peer"): Promise<Served> {
  const child = fork(join(__dirname, "served.js"), [which], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = once(child, "exit").then(() => {
    throw new Error(`the server of the ${which} side did not start`);
  });
  const [said] = (await Promise.race([once(child, "message"), ended])) as [Omit<Served, "child">];
  // From now on it ends when it is told to.
  ended.catch(() => undefined);
  return { child, ...said };
}

async function tell(child: ChildProcess, answers: Record<string, string>): Promise<void> {
  const known = once(child, "message");
  child.send(answers);
  await known;
}
