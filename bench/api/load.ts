import { setTimeout as sleep } from "node:timers/promises";

import { Pool } from "undici";

/** What is asked for, how often and how long. */
export interface Load {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly perSecond: number;
  readonly seconds: number;
}

/** On how many connections, kept open. */
const connections = 10;

/**
 * Sends requests at an even pace, whether the ones before are answered or not, as many clients would.
 * @returns how long each took, in milliseconds, from when it was due: a server that is late is late for all who wait
 * @throws when an answer is not a 200
 */
export async function load({ url, path, headers, perSecond, seconds }: Load): Promise<number[]> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const times: number[] = [];
  const one = async (due: number): Promise<void> => {
    const { statusCode, body } = await pool.request({ method: "GET", path, headers });
    await body.dump({ limit: Number.MAX_SAFE_INTEGER });
    if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}`);
    times.push(performance.now() - due);
  };
  // Connections are open before the first request is due: how fast they open is not what is measured.
  await Promise.all(Array.from({ length: 4 * connections }, () => one(performance.now())));
  times.length = 0;
  const start = performance.now();
  const all: Promise<void>[] = [];
  for (let sent = 0; sent < perSecond * seconds;) {
    const due = start + (sent * 1000) / perSecond;
    const early = due - performance.now();
    // A timer wakes a millisecond late or so: those that came due meanwhile go at once.
    if (early > 0) await sleep(Math.ceil(early));
    all.push(one(due));
    sent++;
  }
  try {
    await Promise.all(all);
  } finally {
    await pool.close();
  }
  return times;
}

/** @param share 0.99: the time within which 99 of 100 were answered */
export function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
