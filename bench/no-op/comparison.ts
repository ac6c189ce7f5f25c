import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { pulumi } from "../../cli/pulumi";
import type { Comparison, Contender } from "../measure";
import { type Bench, onStack } from "../stack";

const operations = ["up", "preview"] as const;

/** A run that changes nothing: of the demo's deployment, against a program that has nothing in it. */
export async function noOpComparisons(bench: Bench): Promise<Comparison[]> {
  await onStack(bench, "up");
  const peer = await emptyProgram(bench);
  return operations.map((operation) => ({
    name: `no-op ${operation}`,
    runs: 7,
    atMost: 1.5,
    ours: { name: "wiki behind a bastion", run: () => onStack(bench, operation) },
    peer: peer(operation),
  }));
}

/** Same engine, same backend, same Node: only the program is empty. */
async function emptyProgram({ home, cloud }: Bench): Promise<(operation: "up" | "preview") => Contender> {
  const directory = join(home.directory, "empty");
  mkdirSync(directory);
  writeFileSync(
    join(directory, "Pulumi.yaml"),
    "name: empty\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  writeFileSync(join(directory, "package.json"), '{ "name": "empty", "main": "index.js" }\n');
  writeFileSync(join(directory, "index.js"), 'require("@pulumi/pulumi");\n');
  const run = async (...args: string[]): Promise<void> => {
    await pulumi(home, cloud, args, { cwd: directory, timeoutMs: 120_000 });
  };
  await run("stack", "init", "--stack", "empty");
  await run("up", "--yes", "--skip-preview", "--stack", "empty");
  return (operation) => ({
    name: "an empty program",
    run: () => run(operation, ...(operation === "up" ? ["--yes", "--skip-preview"] : []), "--stack", "empty"),
  });
}
