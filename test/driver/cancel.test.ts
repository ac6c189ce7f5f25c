import { readdirSync } from "node:fs";
import { join } from "node:path";

import type { Driver } from "../../driver/driver";
import type { Operation } from "../../driver/operation";
import { Bed, failureOf } from "./fixture";
import { processesWith, until } from "./processes";
import type { CloudRequest } from "./programs/cloud";

/** Its machine does not come up, and the provider waits for it: an operation that is under way for certain. */
const slow: CloudRequest = { name: "slow", tags: 1, droplets: ["one"] };

let bed: Bed;
let driver: Driver<CloudRequest>;
beforeEach(async () => {
  bed = await Bed.open();
  driver = bed.driver({ times: { graceMs: 300 } });
  bed.api.hosts.hold();
});
afterEach(async () => {
  await bed.close();
});

/** When the droplet has been asked for, and nobody has seen it yet. */
async function underWay(operation: Operation<unknown>): Promise<void> {
  for await (const event of operation.events)
    if (event.kind === "step" && event.phase === "begun" && event.resource.name === "one") break;
  await until(() => bed.api.hosts.named("create").length > 0, "the droplet's creation");
}

test("an already aborted signal starts nothing", async () => {
  const operation = driver.up(slow, { signal: AbortSignal.abort("too late") });
  const failure = await failureOf(operation.result);
  expect(failure).toMatchObject({ code: "OPERATION_CANCELLED", started: false, reason: "too late" });
  expect(processesWith(operation.id)).toEqual([]);
  // Not even a lease was taken, nor a stack made.
  expect(readdirSync(bed.home).sort()).toEqual(["passphrase", "state"]);
  expect(readdirSync(join(bed.home, "state"))).toEqual([]);
});

test("cancelled before the engine was started, nothing has been started", async () => {
  const operation = driver.up(slow);
  operation.cancel("changed my mind");
  expect(await failureOf(operation.result)).toMatchObject({ code: "OPERATION_CANCELLED", started: false });
  expect(processesWith(operation.id)).toEqual([]);
  expect(await bed.tags()).toEqual([]);
});

// How soon: bench/driver measures it.
test("a cancelled operation is dead, with everything it started, and its stack is free", async () => {
  const operation = bed.driver().up(slow);
  await underWay(operation);
  // The operation's own process, the engine and the provider.
  expect(processesWith(operation.id).length).toBeGreaterThanOrEqual(3);
  operation.cancel("enough");
  const failure = await failureOf(operation.result);
  expect(failure).toMatchObject({ code: "OPERATION_CANCELLED", started: true, reason: "enough" });
  expect(processesWith(operation.id)).toEqual([]);
  // The stack can be worked on again: no lock is left, and no lease.
  expect(await driver.preview({ ...slow, droplets: [] }).result).toBeDefined();
});

test("one that is killed waits for no step, also when it was cancelled before", async () => {
  const operation = bed.driver({ times: { graceMs: 600_000 } }).up(slow);
  await underWay(operation);
  operation.cancel("enough");
  operation.kill();
  const failure = await failureOf(operation.result);
  expect(failure).toMatchObject({ code: "OPERATION_CANCELLED", killed: true, reason: "enough" });
  expect(processesWith(operation.id)).toEqual([]);
});

test("a signal that is aborted later cancels", async () => {
  const controller = new AbortController();
  const operation = driver.up(slow, { signal: controller.signal });
  await underWay(operation);
  controller.abort(new Error("the caller went away"));
  expect(await failureOf(operation.result)).toMatchObject({
    code: "OPERATION_CANCELLED",
    reason: "the caller went away",
  });
});

test("an engine that is deaf to the request to stop is killed after the grace", async () => {
  const operation = driver.up(slow);
  await underWay(operation);
  // Stopped, it can't hear a signal, as one that waits for a provider that never answers.
  const engine = processesWith(operation.id).find(({ command }) => command.includes("--event-log"))!;
  process.kill(engine.pid, "SIGSTOP");
  operation.cancel("enough");
  expect(await failureOf(operation.result)).toMatchObject({ code: "OPERATION_CANCELLED", killed: true });
  expect(processesWith(operation.id)).toEqual([]);
  // What was in flight is in the state; without a recovery nobody goes on before it is known what became of it.
  expect(await failureOf(driver.up(slow).result)).toMatchObject({ code: "PENDING_OPERATIONS" });
  expect(bed.api.hosts.named("create")).toHaveLength(1);
});

test("whoever cancels a stack cancels what works on it", async () => {
  const operation = driver.up(slow);
  await underWay(operation);
  expect(await driver.cancel("slow", "by name")).toBe(true);
  expect(await failureOf(operation.result)).toMatchObject({ code: "OPERATION_CANCELLED", reason: "by name" });
  expect(await driver.cancel("slow")).toBe(false);
});

test("an operation of another process of this machine is asked to stop", async () => {
  const operation = driver.up(slow);
  await underWay(operation);
  // Another driver knows of it by its lease alone, as another process would.
  expect(await bed.driver().cancel("slow")).toBe(true);
  expect(await failureOf(operation.result)).toMatchObject({
    code: "OPERATION_CANCELLED",
    reason: "interrupted from outside",
  });
});

test("a driver that is closed leaves nothing running", async () => {
  const operation = driver.up(slow);
  await underWay(operation);
  await driver.close();
  expect(await failureOf(operation.result)).toMatchObject({ reason: "the driver is closed" });
  expect(processesWith(operation.id)).toEqual([]);
});
