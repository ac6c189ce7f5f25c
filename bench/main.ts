import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { apiComparison, apiInWords, type ApiResult } from "./api/comparison";
import { deploymentComparison } from "./deployment/comparison";
import { type Comparison, compare, inWords, type Result } from "./measure";
import { noOpComparisons } from "./no-op/comparison";
import { benchDirectory, closeBench, openBench } from "./stack";

/**
 * `make bench`: measures against a peer in the same run and says by how much; exits with 1 when a limit is passed.
 * Arguments choose by name: `api`, `deployment`, `no-op`. `RUNS` overrides how often each side of the last two runs.
 */
async function main(chosen: readonly string[]): Promise<void> {
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const wanted = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
  const listings = wanted("api") ? await apiComparison(say) : [];
  const stacks = wanted("deployment") || wanted("no-op") ? await stackResults(wanted, say) : [];
  say("");
  for (const result of listings) say(apiInWords(result));
  for (const result of stacks) say(inWords(result));
  keep([...listings, ...stacks]);
  if (listings.some(({ passed }) => !passed) || stacks.some(({ ratio, atMost }) => ratio > atMost))
    process.exitCode = 1;
}

async function stackResults(wanted: (name: string) => boolean, say: (line: string) => void): Promise<Result[]> {
  const bench = await openBench(say);
  try {
    const runs = process.env.RUNS === undefined ? undefined : Number(process.env.RUNS);
    const results: Result[] = [];
    const run = async (comparison: Comparison): Promise<void> => {
      results.push(await compare({ ...comparison, runs: runs ?? comparison.runs }, say));
    };
    if (wanted("deployment")) await run(deploymentComparison(bench));
    if (wanted("no-op")) for (const comparison of await noOpComparisons(bench)) await run(comparison);
    return results;
  } finally {
    await closeBench(bench, say);
  }
}

function keep(results: readonly (Result | ApiResult)[]): void {
  mkdirSync(benchDirectory(), { recursive: true });
  writeFileSync(join(benchDirectory(), "results.json"), `${JSON.stringify(results, undefined, 2)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
