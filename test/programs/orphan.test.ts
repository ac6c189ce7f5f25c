import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

import { until } from "../driver/processes";
import { startOf } from "../../driver/lease/owner";

const lean = join(__dirname, "..", "..", "programs", "lean.js");
const provider = join(dirname(require.resolve("@pulumi/pulumi/package.json")), "cmd", "dynamic-provider");

/** A shell in the place of the engine, that tells the number of the process it starts, and waits. */
async function orphaned(command: string): Promise<number> {
  const engine = spawn("sh", ["-c", `${command} >/dev/null & echo $!; wait`], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(createInterface({ input: engine.stdout }), "line")) as [string];
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  engine.kill("SIGKILL");
  return Number(line);
}

test("the process of dynamic providers ends when the engine that started it is killed", async () => {
  const pid = await orphaned(`'${process.execPath}' --require '${lean}' '${provider}' 127.0.0.1:9`);
  expect(startOf(pid)).toBeDefined();
  await until(() => startOf(pid) === undefined, "its end");
});

test("whoever else is lean lives on without its parent", async () => {
  const pid = await orphaned(`'${process.execPath}' --require '${lean}' --eval 'setTimeout(() => {}, 20000)'`);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(startOf(pid)).toBeDefined();
  process.kill(pid, "SIGKILL");
});
