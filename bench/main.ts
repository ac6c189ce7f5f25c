import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { deploymentComparison } from "./deployment/comparison";
import { type Comparison, compare, inWords, type Result } from "./measure";
import { noOpComparisons } from "./no-op/comparison";
import { closeBench, openBench } from "./stack";

/**
 * `make bench`: measures against a peer in the same run and says by how much; exits with 1 when a limit is passed.
 * Arguments choose by name: `deployment`, `no-op`. `RUNS` overrides how often each side runs.
 */
async function main(chosen: readonly string[]): Promise<void> {
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const bench = await openBench(say);
  try {
    const wanted = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
    const runs = process.env.RUNS === undefined ? undefined : Number(process.env.RUNS);
    const results: Result[] = [];
    const run = async (comparison: Comparison): Promise<void> => {
      results.push(await compare({ ...comparison, runs: runs ?? comparison.runs }, say));
    };
    if (wanted("deployment")) await run(deploymentComparison(bench));
    if (wanted("no-op")) for (const comparison of await noOpComparisons(bench)) await run(comparison);
    say("");
    for (const result of results) say(inWords(result));
    writeFileSync(join(bench.home.directory, "results.json"), `${JSON.stringify(results, undefined, 2)}\n`);
    if (results.some(({ ratio, atMost }) => ratio > atMost)) process.exitCode = 1;
  } finally {
    await closeBench(bench, say);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
