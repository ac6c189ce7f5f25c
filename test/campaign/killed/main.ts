import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { projectRoot } from "../../../cli/home";
import { killCase, nameOfCase, onceWrong } from "./cases";
import { type KillResult, Kills } from "./kills";

/**
 * Operations that are killed. What is done is kept in a file, and the next run goes on from there.
 *
 * - `KILL_SEED`: others; default: 1
 * - `KILL_COUNT`: how many, beside those that once went wrong; default: 50
 * - `KILL_ONLY`: a regular expression of the cases' names
 */
async function main(): Promise<void> {
  const { KILL_SEED = "1", KILL_COUNT = "50", KILL_ONLY = "" } = process.env;
  const file = join(projectRoot(), ".deploy4me", "campaign", `kills-${KILL_SEED}.jsonl`);
  mkdirSync(dirname(file), { recursive: true });
  const anew = process.argv.includes("--anew");
  const results = anew ? new Map<string, KillResult>() : kept(file);
  const drawn = Array.from({ length: Number(KILL_COUNT) }, (_, turn) => killCase(Number(KILL_SEED), turn));
  const wanted = [...onceWrong, ...drawn].filter((one) => new RegExp(KILL_ONLY).test(nameOfCase(one)));
  process.stdout.write(`${wanted.length} kills, KILL_SEED=${KILL_SEED}\n`);
  const kills = new Kills();
  try {
    for (const [at, one] of wanted.entries()) {
      if (results.has(nameOfCase(one))) continue;
      const result = await kills.run(one);
      results.set(result.name, result);
      appendFileSync(file, `${JSON.stringify(result)}\n`);
      const verdict = result.wrong.length > 0 ? "WRONG" : result.struck ? "right" : "not struck";
      process.stdout.write(`${at + 1}/${wanted.length} ${verdict} ${result.name} ${result.seconds.toFixed(0)} s\n`);
      for (const words of result.wrong) process.stdout.write(`    ${words}\n`);
      if (result.wrong.length > 0)
        for (const words of [result.ended, ...result.notes]) process.stdout.write(`      ${words}\n`);
    }
    const done = wanted.flatMap((one) => results.get(nameOfCase(one)) ?? []);
    const wrong = done.filter((one) => one.wrong.length > 0).length;
    const struck = done.filter((one) => one.struck).length;
    process.stdout.write(`${done.length} of ${wanted.length} kills, ${struck} struck, ${wrong} wrong\n`);
    process.exitCode = wrong > 0 ? 1 : 0;
  } finally {
    kills.close();
  }
}

function kept(file: string): Map<string, KillResult> {
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const results = lines.map((line) => JSON.parse(line) as KillResult);
  // What went wrong is tried again.
  return new Map(results.filter((one) => one.wrong.length === 0).map((result) => [result.name, result]));
}

void main();
