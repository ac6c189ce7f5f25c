import { appendFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { projectRoot } from "../../cli/home";
import { Campaign, type Result } from "./campaign";
import { type Case, casesFor, shuffled } from "./cases";
import { table } from "./report";

/**
 * All of the campaign, or as much of it as there is time for. What is done is kept in a file, and the next run goes on from there.
 *
 * - `CAMPAIGN_MINUTES`: how long; default: until everything is done
 * - `CAMPAIGN_SHARD`: `2/4` is the second of four parts, for several machines
 * - `CAMPAIGN_SEED`: another order; default: 1
 * - `CAMPAIGN_VARIANTS=all`: each variant of each kind at each index; default: they go round
 * - `CAMPAIGN_ONLY`: a regular expression of the cases' names
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { anew: { type: "boolean", default: false } } });
  const { CAMPAIGN_MINUTES = "Infinity", CAMPAIGN_SHARD = "1/1", CAMPAIGN_SEED = "1" } = process.env;
  const until = Date.now() + Number(CAMPAIGN_MINUTES) * 60_000;
  const directory = join(projectRoot(), ".deploy4me", "campaign");
  const file = join(directory, `results-${CAMPAIGN_SHARD.replace("/", "-of-")}.jsonl`);
  mkdirSync(directory, { recursive: true });
  const results = values.anew ? new Map<string, Result>() : kept(directory);
  const campaign = await Campaign.open();
  try {
    const wanted = chosen(campaign, CAMPAIGN_SHARD, Number(CAMPAIGN_SEED));
    for (const [at, one] of wanted.entries()) {
      if (Date.now() >= until) break;
      if (results.has(one.name)) continue;
      const result = await campaign.run(one);
      results.set(one.name, result);
      appendFileSync(file, `${JSON.stringify(result)}\n`);
      process.stdout.write(`${at + 1}/${wanted.length} ${result.verdict} ${one.name} ${result.codes.join(" ")}\n`);
      for (const wrong of result.wrong) process.stdout.write(`    ${wrong}\n`);
    }
    const done = wanted.map(({ name }) => results.get(name)).filter((result) => result !== undefined);
    process.stdout.write(`\n${table(done, wanted.length)}\n`);
    process.exitCode = done.some(({ verdict }) => verdict === "WRONG") ? 1 : 0;
  } finally {
    campaign.close();
  }
}

function chosen({ sizes }: Campaign, shard: string, seed: number): Case[] {
  const [part = 1, parts = 1] = shard.split("/").map(Number);
  const only = new RegExp(process.env.CAMPAIGN_ONLY ?? "");
  const all = casesFor(sizes, { all: process.env.CAMPAIGN_VARIANTS === "all" }).filter(({ name }) => only.test(name));
  return shuffled(all, seed, { part, parts });
}

/** Of all parts, however many there were. What went wrong is tried again. */
function kept(directory: string): Map<string, Result> {
  const files = readdirSync(directory).filter((name) => /^results-.*\.jsonl$/.test(name));
  const lines = files.flatMap((name) => readFileSync(join(directory, name), "utf8").split("\n"));
  const results = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Result);
  return new Map(results.filter(({ verdict }) => verdict !== "WRONG").map((result) => [result.name, result]));
}

void main();
