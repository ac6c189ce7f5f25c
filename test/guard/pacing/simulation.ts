import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Clock } from "../../../guard/interfaces";
import { PacingClosed } from "../../../guard/pacing/errors";
import { Pacing, type PacingOptions } from "../../../guard/pacing/pace";
import { RateLimiter } from "../../../sandbox/digitalocean/rate-limit";

interface Event {
  readonly at: number;
  run: (() => void) | undefined;
}

/** Time that passes only when everything that is due has been done, in the order in which it is due. */
export class SimulatedTime implements Clock {
  private time: number;
  /** What is due last comes first. */
  private events: Event[] = [];

  constructor(start = Date.parse("2026-01-01T00:00:00Z")) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  at(at: number, run: () => void): () => void {
    const event: Event = { at: Math.max(at, this.time), run };
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.events[middle]!.at > event.at) low = middle + 1;
      else high = middle;
    }
    this.events.splice(low, 0, event);
    return () => {
      event.run = undefined;
    };
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.at(this.time + milliseconds, resolve);
      signal?.addEventListener("abort", () => {
        cancel();
        reject(signal.reason as Error);
      });
    });
  }

  /** A clock that is set, by a person or by NTP: nothing becomes due by it. */
  set(by: number): void {
    this.time += by;
    this.events = this.events.map(({ at, run }) => ({ at: at + by, run }));
  }

  /** Until nothing is due any more, or until then. */
  async run(until = Infinity): Promise<void> {
    for (;;) {
      await settled();
      const next = this.events.at(-1);
      if (next === undefined || next.at > until) break;
      this.time = Math.max(this.time, next.at);
      while (this.events.at(-1)?.at === next.at) this.events.pop()?.run?.();
    }
    if (until !== Infinity) this.time = Math.max(this.time, until);
  }
}

/** What was begun by promises has come to where it waits for time. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** How long a request is on its way, in milliseconds, and how long its answer is; null: it gets lost. */
export interface Way {
  readonly there?: number;
  readonly back?: number | null;
  /** Whether it is for the listing of SSH keys. */
  readonly listsKeys?: boolean;
}

/** An account at the sandbox's own limiter, which counts as DigitalOcean documents it, and processes that ask it. */
export class Simulation {
  readonly time = new SimulatedTime();
  readonly limiter = new RateLimiter({
    now: () => new Date(this.time.now()),
    sleep: () => Promise.reject(new Error("nobody sleeps by it")),
  });
  readonly directory = mkdtempSync(join(tmpdir(), "deploy4me-pacing-"));
  readonly file = join(this.directory, "guard.db");
  readonly refused: string[] = [];
  private readonly open: Pacing[] = [];

  process(options: Partial<PacingOptions> = {}): Pacing {
    const pacing = Pacing.open({ file: this.file, clock: this.time, longestWaitMs: 4 * 3_600_000, ...options });
    this.open.push(pacing);
    return pacing;
  }

  /** One whose clock stands still: as a process that was stopped or killed, it leaves what it wrote and comes no more. */
  stopped(): Pacing {
    const { time } = this;
    return this.process({ clock: { now: () => time.now(), sleep: () => new Promise(() => undefined) } });
  }

  /**
   * Sends one request as soon as it may be.
   * @returns when it was let in
   */
  async send(pacing: Pacing, stack: string, { there = 5, back = 5, listsKeys = false }: Way = {}): Promise<number> {
    const account = "account";
    await pacing.admit({ account, stack, listsKeys, signal: new AbortController().signal });
    const admitted = this.time.now();
    this.time.at(admitted + there, () => {
      const { status, headers } = this.api(listsKeys);
      if (status === 429) this.refused.push(`${stack} at ${new Date(this.time.now()).toISOString()}`);
      if (back === null) return;
      this.time.at(this.time.now() + back, () => {
        pacing.observe({ account, stack, listsKeys, status, headers });
      });
    });
    return admitted;
  }

  /** Sends as many at once, and says when each was let in as it happens; those that still wait at the end are given up. */
  flood(pacing: Pacing, stack: string, count: number, on?: Way): number[] {
    const moments: number[] = [];
    for (let one = 0; one < count; one++) {
      this.send(pacing, stack, on).then(
        (moment) => moments.push(moment),
        (error: unknown) => {
          if (!(error instanceof PacingClosed)) throw error;
        },
      );
    }
    return moments;
  }

  /** A request of whoever it is of arrives. */
  api(listsKeys = false): { readonly status: number; readonly headers: Record<string, string> } {
    const { allowed, remaining, reset, retryAfter } = this.limiter.take("account", listsKeys);
    return {
      status: allowed ? 200 : 429,
      headers: {
        "ratelimit-limit": "5000",
        "ratelimit-remaining": String(remaining),
        "ratelimit-reset": String(reset),
        ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
      },
    };
  }

  end(): void {
    for (const pacing of this.open) pacing.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** The most of these moments that lie within one window. */
export function mostWithin(span: number, moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let [most, first] = [0, 0];
  for (const [index, moment] of sorted.entries()) {
    while ((sorted[first] ?? 0) <= moment - span) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
