/** Milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
}

/** What the guard adds to a call. */
export interface OverheadResult {
  readonly name: string;
  readonly bytes: number;
  readonly direct: Times;
  /** Through a proxy that does nothing else. */
  readonly relayed: Times;
  readonly guarded: Times;
  readonly added: Times;
  readonly limits: Times;
  readonly passed: boolean;
}

export interface MemoryResult {
  /** After how many calls it was measured. */
  readonly first: number;
  readonly last: number;
  /** Bytes after a garbage collection: what the system has given, and what is in use. */
  readonly rss: Change;
  readonly heap: Change;
  readonly passed: boolean;
}

export interface Change {
  readonly first: number;
  readonly last: number;
}

/** How much the guard may add to a call over a direct one on loopback, in milliseconds. */
export const limit: Times = { p50: 1, p99: 5 };
/** Of what was there at first; and what is in use may differ by as much from one collection to the next, in bytes: 60 a call. */
const growth = 1.1;
const unevenness = 5e6;

/** Milliseconds of the same call in three ways. */
export type Measured = Pick<OverheadResult, "direct" | "relayed" | "guarded">;

/**
 * @param bytes of the answer: each 100 KiB of one may take as long again, since it is read to its end and parsed before any of it is handed on
 */
export function judged(name: string, bytes: number, measured: Measured): OverheadResult {
  const { direct, relayed, guarded } = measured;
  const added = { p50: guarded.p50 - direct.p50, p99: guarded.p99 - direct.p99 };
  const times = 1 + Math.floor(bytes / 102_400);
  // Where the machine is so busy that any process in between waits for its turn now and then, the guard may as well: it has three times as much to do.
  const limits = { p50: limit.p50 * times, p99: Math.max(limit.p99 * times, 3 * (relayed.p99 - direct.p99)) };
  return { name, bytes, ...measured, added, limits, passed: added.p50 <= limits.p50 && added.p99 <= limits.p99 };
}

export function judgedMemory(calls: Change, rss: Change, heap: Change): MemoryResult {
  const passed = rss.last <= rss.first * growth && heap.last <= Math.max(heap.first * growth, heap.first + unevenness);
  return { ...calls, rss, heap, passed };
}

export function overheadInWords({
  name,
  bytes,
  direct,
  relayed,
  guarded,
  added,
  passed,
  limits,
}: OverheadResult): string {
  const times = ({ p50, p99 }: Times): string => `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
  return (
    `guard, ${name} (${(bytes / 1024).toFixed(0)} KiB): ${times(guarded)}, against ${times(direct)} directly ` +
    `(and ${times(relayed)} through a proxy that does nothing else): adds ${times(added)}, ` +
    `${passed ? "within" : "ABOVE"} the limits of ${limits.p50.toFixed(0)} and ${limits.p99.toFixed(0)} ms`
  );
}

export function memoryInWords({ first, last, rss, heap, passed }: MemoryResult): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  const change = (of: Change): string =>
    `${megabytes(of.first)} after ${first} calls, ${megabytes(of.last)} after ${last}`;
  return (
    `guard, memory: ${change(rss)}; of that in use: ${change(heap)}: ` +
    `${passed ? "within" : "ABOVE"} the limit of a tenth more`
  );
}
