import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { OperationEvent } from "../../driver/events/operation-event";
import type { DriverOrder } from "./driver-process";
import { Bed, eventsOf, failureOf } from "./fixture";
import { processesWith, until } from "./processes";
import type { CloudRequest } from "./programs/cloud";

/** Its machine does not come up, so that it is under way for certain. */
const slow: CloudRequest = { name: "slow", tags: 0, droplets: ["one"] };
/** Only looks: whatever is left of an operation that died is cleared away before it, and nothing is made. */
const less: CloudRequest = { name: "slow", tags: 0 };

const quick = { times: { graceMs: 300 } };

let bed: Bed;
beforeEach(async () => {
  bed = await Bed.open();
  bed.api.hosts.hold();
});
afterEach(async () => {
  await bed.close();
});

interface Started {
  readonly process: ChildProcess;
  readonly operation: string;
}

/** A driver in a process of its own, whose operation is under way. */
async function startDriver(more: Partial<DriverOrder> = {}): Promise<Started> {
  const order: DriverOrder = { home: bed.home, environment: bed.cloudVariables, request: slow, ...more };
  const child = spawn(process.execPath, [join(__dirname, "driver-process.js"), JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, "line")) as [string];
  const { id } = JSON.parse(first) as { id: string };
  lines.resume();
  await until(() => bed.api.hosts.named("create").length > 0, "the droplet's creation");
  return { process: child, operation: id };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

const commands = {
  own: (command: string) => command.includes("runner/child.js"),
  engine: (command: string) => command.includes("--event-log"),
  provider: (command: string) => command.includes("pulumi-resource-digitalocean"),
} as const;

function pidOf(operation: string, which: keyof typeof commands): number {
  return processesWith(operation).find(({ command }) => commands[which](command))!.pid;
}

const notes = (events: readonly OperationEvent[]): string[] =>
  events.flatMap((event) => (event.kind === "note" ? [event.message] : []));

/**
 * The next operation finds nothing of the dead one, and knows what was in flight.
 * @param looks whether somebody looks before: what was in flight is known after that as well
 */
async function goesOn(operation: string, { looks = false } = {}): Promise<OperationEvent[]> {
  const driver = bed.driver(quick);
  const events: OperationEvent[] = [];
  if (looks) {
    const preview = driver.preview(less);
    events.push(...(await eventsOf(preview)));
    await preview.result;
  }
  const again = driver.up(slow);
  events.push(...(await eventsOf(again)));
  const failure = await failureOf(again.result);
  expect(failure).toMatchObject({ code: "PENDING_OPERATIONS", pending: [{ operation: "creating" }] });
  expect(failure.message).toContain("creating of Droplet one");
  expect(processesWith(operation)).toEqual([]);
  expect(readdirSync(join(bed.home, "runs"))).toEqual([]);
  expect(readdirSync(locks())).toEqual([]);
  // It was not made a second time.
  expect(bed.api.hosts.named("create")).toHaveLength(1);
  return events;
}

/** Where the engine keeps its own locks. */
const locks = (): string => join(bed.home, "state", ".pulumi", "locks", "organization", "test", "slow");

test("a living operation of another process keeps the stack; killed, it takes everything with it, and the next clears away", async () => {
  const { process: driver, operation } = await startDriver();
  expect(await failureOf(bed.driver(quick).up(slow).result)).toMatchObject({
    code: "STACK_BUSY",
    holder: { operation, kind: "up", owner: { pid: driver.pid } },
  });
  await kill(driver);
  const events = await goesOn(operation, { looks: true });
  expect(notes(events).join(" ")).toMatch(/died before it was done.*lock of process \d+, which is dead, was removed/);
});

test("with driver and operation's process killed at once, the orphaned engine is killed before anybody goes on", async () => {
  const { process: driver, operation } = await startDriver();
  const own = pidOf(operation, "own");
  driver.kill("SIGSTOP");
  process.kill(own, "SIGKILL");
  await kill(driver);
  expect(processesWith(operation).some(({ command }) => commands.engine(command))).toBe(true);
  await goesOn(operation);
});

test("an operation whose own process is killed ends as crashed, and its engine with it", async () => {
  const operation = bed.driver(quick).up(slow);
  await until(() => bed.api.hosts.named("create").length > 0, "the droplet's creation");
  process.kill(pidOf(operation.id, "own"), "SIGKILL");
  expect(await failureOf(operation.result)).toMatchObject({ code: "PROGRAM_CRASHED", how: "SIGKILL" });
  await goesOn(operation.id);
});

test("an engine that is killed is told, and its lock does not stay", async () => {
  const operation = bed.driver(quick).up(slow);
  await until(() => bed.api.hosts.named("create").length > 0, "the droplet's creation");
  process.kill(pidOf(operation.id, "engine"), "SIGKILL");
  expect(await failureOf(operation.result)).toMatchObject({ code: "ENGINE_FAILED", ended: "SIGKILL" });
  await goesOn(operation.id);
});

test("of a provider that is killed the engine forgets what it was making; the driver does not", async () => {
  const operation = bed.driver(quick).up(slow);
  await until(() => bed.api.hosts.named("create").length > 0, "the droplet's creation");
  process.kill(pidOf(operation.id, "provider"), "SIGKILL");
  expect(await failureOf(operation.result)).toMatchObject({ code: "DEPLOYMENT_FAILED" });
  await goesOn(operation.id);
});

test("nor does the next driver, when the one that saw it is killed before it could say so", async () => {
  const { process: driver, operation } = await startDriver();
  // It sees nothing any more, and does nothing.
  driver.kill("SIGSTOP");
  process.kill(pidOf(operation, "provider"), "SIGKILL");
  await until(() => processesWith(operation).every(({ command }) => !commands.engine(command)), "the engine's end");
  await kill(driver);
  await goesOn(operation, { looks: true });
});

test("a driver that is frozen for longer than its lease lasts has nothing running any more", async () => {
  const file = join(bed.home, "leases.db");
  const times = { lastsMs: 2_000, renewMs: 200, marginMs: 500 };
  const { process: driver, operation } = await startDriver({ leases: { file, times } });
  driver.kill("SIGSTOP");
  await until(() => processesWith(operation).length === 0, "the end of everything", 30_000);
  await kill(driver);
  await goesOn(operation);
}, 90_000);

describe("the engine's own lock, of somebody who works without the driver,", () => {
  const lock = (content: unknown): void => {
    mkdirSync(locks(), { recursive: true });
    writeFileSync(join(locks(), "foreign.json"), typeof content === "string" ? content : JSON.stringify(content));
  };
  const foreign = { pid: process.pid, username: "alice", hostname: hostname(), timestamp: new Date().toISOString() };

  test("is respected: of a process that lives, of another host, and one that nobody can read", async () => {
    const driver = bed.driver(quick);
    await driver.up(less).result;
    for (const content of [foreign, { ...foreign, hostname: "elsewhere", pid: 1 }, "{"]) {
      lock(content);
      const failure = await failureOf(driver.up(less).result);
      expect([content, failure]).toMatchObject([content, { code: "BACKEND_LOCKED" }]);
      expect(failure.message).toMatch(/Wait until that has ended/);
      expect(readdirSync(locks())).toEqual(["foreign.json"]);
    }
  });

  test("is broken: of a process that is gone, and of one whose number another has got", async () => {
    const driver = bed.driver(quick);
    await driver.up(less).result;
    for (const content of [
      { ...foreign, pid: 2 ** 22 + 7 },
      { ...foreign, timestamp: "2020-01-01T00:00:00Z" },
    ]) {
      lock(content);
      const operation = driver.up(less);
      expect(notes(await eventsOf(operation)).join()).toMatch(/which is dead, was removed/);
      await operation.result;
      expect(readdirSync(locks())).toEqual([]);
    }
  });
});
