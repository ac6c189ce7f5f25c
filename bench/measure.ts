/** What is compared, and with whom. Both run in turns, so that a busy machine slows both alike. */
export interface Comparison {
  readonly name: string;
  readonly ours: Contender;
  readonly peer: Contender;
  /** How often each runs. */
  readonly runs: number;
  /** How many times the peer's time ours may take. */
  readonly atMost: number;
}

export interface Contender {
  readonly name: string;
  /** Not timed; before each run. */
  readonly before?: () => Promise<void>;
  readonly run: () => Promise<void>;
  /** Not timed; after each run, also when it failed. */
  readonly after?: () => Promise<void>;
}

/** Seconds: the least, the median, the most. */
export interface Summary {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export interface Result {
  readonly name: string;
  readonly ours: Summary;
  readonly peer: Summary;
  /** Of the medians. */
  readonly ratio: number;
  readonly atMost: number;
}

/**
 * Runs both in turns: ours first in odd rounds, the peer first in even ones.
 * @throws what a contender throws; its `after` has run by then
 */
export async function compare(comparison: Comparison, log: (line: string) => void): Promise<Result> {
  const { name, ours, peer, runs, atMost } = comparison;
  const times = { ours: [] as number[], peer: [] as number[] };
  for (let round = 0; round < runs; round++) {
    const order = round % 2 === 0 ? (["ours", "peer"] as const) : (["peer", "ours"] as const);
    for (const which of order) {
      const contender = which === "ours" ? ours : peer;
      const seconds = await timed(contender);
      times[which].push(seconds);
      log(`${name}: ${contender.name}: ${seconds.toFixed(2)} s (${round + 1} of ${runs})`);
    }
  }
  const summaries = { ours: summary(times.ours), peer: summary(times.peer) };
  return { name, ...summaries, ratio: summaries.ours.median / summaries.peer.median, atMost };
}

async function timed({ before, run, after }: Contender): Promise<number> {
  try {
    await before?.();
    const start = process.hrtime.bigint();
    await run();
    return Number(process.hrtime.bigint() - start) / 1e9;
  } finally {
    await after?.();
  }
}

export function summary(times: readonly number[]): Summary {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? NaN;
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle) ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
  return { least: at(0), median, most: at(sorted.length - 1) };
}

export function inWords({ name, ours, peer, ratio, atMost }: Result): string {
  const times = ({ least, median, most }: Summary): string =>
    `${median.toFixed(2)} s (${least.toFixed(2)}–${most.toFixed(2)})`;
  const verdict = ratio <= atMost ? "within" : "ABOVE";
  return `${name}: ${times(ours)} against ${times(peer)}: ${ratio.toFixed(2)} times, ${verdict} the limit of ${atMost}`;
}
