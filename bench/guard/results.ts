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
/**
 * How much more there may be at the last measurement than at the first, in bytes. What is in use after a collection tells a leak: 25 bytes a call are far
 * below anything that a call has. What the system has given goes up and down by some ten megabytes meanwhile, as V8 keeps emptied pages and gives them back.
 */
const growth = { inUse: 2e6, given: 64e6 } as const;

/** Milliseconds of the same call in three ways. */
export type Measured = Pick<OverheadResult, "direct" | "relayed" | "guarded">;

/** @param bytes of the answer; the limits are the same for each length */
export function judged(name: string, bytes: number, measured: Measured): OverheadResult {
  const { direct, guarded } = measured;
  const added = { p50: guarded.p50 - direct.p50, p99: guarded.p99 - direct.p99 };
  return { name, bytes, ...measured, added, passed: added.p50 <= limit.p50 && added.p99 <= limit.p99 };
}

export function judgedMemory(calls: Change, rss: Change, heap: Change): MemoryResult {
  const passed = rss.last <= rss.first + growth.given && heap.last <= heap.first + growth.inUse;
  return { ...calls, rss, heap, passed };
}

export function overheadInWords({ name, bytes, direct, relayed, guarded, added, passed }: OverheadResult): string {
  const ratio = (which: keyof Times): string => (added[which] / (relayed[which] - direct[which])).toFixed(1);
  const times = ({ p50, p99 }: Times): string => `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
  return (
    `guard, ${name} (${(bytes / 1024).toFixed(0)} KiB): ${times(guarded)}, against ${times(direct)} directly ` +
    `(and ${times(relayed)} through a proxy that does nothing else): adds ${times(added)}, ` +
    `${passed ? "within" : "ABOVE"} the limits of ${limit.p50} and ${limit.p99} ms; ${ratio("p50")} and ${ratio("p99")} times what that proxy adds`
  );
}

export function memoryInWords({ first, last, rss, heap, passed }: MemoryResult): string {
  const change = (of: Change, digits: number): string =>
    [`${megabytes(of.first, digits)} after ${first} calls`, `${megabytes(of.last, digits)} after ${last}`].join(", ");
  return (
    `guard, memory: ${change(rss, 0)}; of that in use: ${change(heap, 1)}: ` +
    `${passed ? "within" : "ABOVE"} the limits of ${growth.given / 1e6} MB more, and of ${growth.inUse / 1e6} MB more in use`
  );
}

function megabytes(bytes: number, digits: number): string {
  return `${(bytes / 1e6).toFixed(digits)} MB`;
}
