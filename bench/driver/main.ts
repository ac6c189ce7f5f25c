import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { benchDirectory } from "../stack";
import { cancel } from "./cancel";
import { growth } from "./growth";
import { latency } from "./latency";
import { many, one } from "./memory-of-stacks";
import { overhead } from "./overhead";
import { Surroundings } from "./surroundings";

/** One thing that was measured, and whether it is within its limit. */
export interface Measured {
  readonly name: string;
  readonly words: string;
  readonly passed: boolean;
  readonly figures: unknown;
}

const measurements = { overhead, latency, cancel, growth, memory: one, twenty: many } as const;

/** Measures the driver against plain Pulumi on a cloud of paper. Arguments choose by name. Exits with 1 when a limit is passed. */
async function main(chosen: readonly string[]): Promise<void> {
  const results: Measured[] = [];
  for (const [name, measure] of Object.entries(measurements)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const surroundings = await Surroundings.open();
    try {
      results.push(await measure(surroundings, say));
    } finally {
      await surroundings.close();
    }
  }
  say("");
  for (const { name, words, passed } of results) say(`${name}: ${words}${passed ? "" : ": ABOVE the limit"}`);
  mkdirSync(benchDirectory(), { recursive: true });
  writeFileSync(join(benchDirectory(), "driver.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  if (results.some(({ passed }) => !passed)) process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
