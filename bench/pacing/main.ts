import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { within } from "./gcra";

const minute = 60_000;
const hour = 60 * minute;

/** `node dist/bench/pacing/main.js`: what a turn costs, and why the limits are kept by windows and not by a rate. */
async function main(): Promise<void> {
  for (const processes of [1, 3]) {
    const took = await ask(processes, 3000);
    const at = (part: number): string => `${(took[Math.floor(took.length * part)] ?? 0).toFixed(3)} ms`;
    say(
      `a turn and its answer, ${processes} process(es) at once: p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1 - 1 / took.length)}`,
    );
  }
  say("");
  say("sent after          windows    rate (GCRA), of 240 a minute and 4800 an hour");
  for (const [what, count] of [
    ["refresh of 200", 200],
    ["up of 240", 240],
    ["an hour's 4800", 4800],
  ] as const) {
    const [inMinute, inHour] = [within(240, minute), within(4800, hour)];
    let last = 0;
    for (let one = 0; one < count; one++) last = inHour.take(inMinute.take(last));
    const windows = Math.floor((count - 1) / 240) * minute;
    say(`${what.padEnd(20)}${seconds(windows)}${seconds(last)}`);
  }
}

async function ask(processes: number, count: number): Promise<number[]> {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-bench-"));
  try {
    const all = await Promise.all(
      Array.from({ length: processes }, (_, index) => {
        const child = fork(join(__dirname, "asking.js"), [
          join(directory, "guard.db"),
          `stack-${index}`,
          String(count),
        ]);
        return new Promise<number[]>((resolve, reject) => {
          child.on("message", (took) => {
            resolve(took as number[]);
          });
          child.on("exit", (code) => {
            reject(new Error(`it ended with ${code ?? "a signal"}`));
          });
        });
      }),
    );
    return all.flat().sort((a, b) => a - b);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(0)} s`.padEnd(11);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
