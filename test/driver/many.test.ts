import { readdirSync, readFileSync } from "node:fs";

import type { OperationEvent } from "../../driver/events/operation-event";
import { draws } from "../effort";
import { Bed, failureOf } from "./fixture";
import type { CloudRequest } from "./programs/cloud";

let bed: Bed;
beforeAll(async () => {
  bed = await Bed.open();
});
afterAll(async () => {
  await bed.close();
});

/** What all processes of this home's operations have in memory, shared pages counted once, in MB. */
function proportionalMb(): number {
  let kilobytes = 0;
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      if (!readFileSync(`/proc/${name}/environ`, "latin1").includes(`${bed.home}/runs/`)) continue;
      const rollup = readFileSync(`/proc/${name}/smaps_rollup`, "latin1");
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return kilobytes / 1024;
}

/** Twenty in 4 GB; without PROPERTY_EFFORT=1 (test/effort.ts) fewer, in as much less. */
const stacks = draws(20);
const budgetMb = Math.floor((4_096 * stacks) / 20);

test(`${stacks} stacks at once, in ${budgetMb} MB: all are deployed, and none sees another's events, errors or secrets`, async () => {
  const driver = bed.driver({ memory: { budgetMb } });
  const names = Array.from({ length: stacks }, (_, index) => `many-${String(index).padStart(2, "0")}`);
  const secretOf = (name: string): string => `sesame-of-${name}`;
  let peak = 0;
  const results = await Promise.all(
    names.map(async (name, index) => {
      const request: CloudRequest = { name, tags: 2, secret: secretOf(name), act: index === 3 ? "throws" : "prints" };
      const operation = driver.up(request);
      const events: OperationEvent[] = [];
      for await (const event of operation.events) {
        events.push(event);
        // What they have grows until they are done: it is looked at each time that one of them gets on.
        if (event.kind === "step" && event.phase === "done") peak = Math.max(peak, proportionalMb());
      }
      const result = await operation.result.catch((error: unknown) => error);
      return { name, text: JSON.stringify([events, result, String(result)]), result };
    }),
  );
  for (const { name, text, result } of results) {
    if (name === "many-03") expect(result).toMatchObject({ code: "DEPLOYMENT_FAILED" });
    else expect(result).toMatchObject({ outputs: { tags: { value: [`${name}-0`, `${name}-1`] } } });
    for (const other of names.filter((one) => one !== name)) expect(text).not.toContain(other);
    expect(text).not.toContain("sesame");
  }
  expect(await bed.tags()).toHaveLength(2 * stacks);
  expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(budgetMb);
}, 300_000);

test("more than there is memory for wait, and all get their turn", async () => {
  const driver = bed.driver({ memory: { budgetMb: 400, stackMb: 180 } });
  const names = ["many-00", "many-01", "many-02", "many-04"];
  const begun: string[] = [];
  let running = 0;
  let most = 0;
  const watch = (name: string, event: OperationEvent): void => {
    if (event.kind === "started") {
      begun.push(name);
      most = Math.max(most, ++running);
    }
    if (event.kind === "ended") running--;
  };
  const waited: number[] = [];
  await Promise.all(
    names.map(async (name) => {
      const operation = driver.up({ name, tags: 1 });
      for await (const event of operation.events) {
        if (event.kind === "queued") waited.push(event.ahead);
        watch(name, event);
      }
      await operation.result;
    }),
  );
  expect(most).toBe(2);
  expect(waited).toEqual([0, 1]);
  // Whom memory is given to first is the admission's own test: two that have it at the same moment start at different speeds.
  expect([...begun].sort()).toEqual(names);
  expect(driver.load).toEqual({ operations: 0, queued: 0, memoryMb: 0 });
}, 120_000);

test("one that waits can be cancelled, and starts nothing", async () => {
  const driver = bed.driver({ memory: { budgetMb: 200, stackMb: 180 } });
  const first = driver.up({ name: "many-00", tags: 1 });
  const second = driver.up({ name: "behind", tags: 1 });
  for await (const event of second.events) if (event.kind === "queued") break;
  second.cancel("no patience");
  expect(await failureOf(second.result)).toMatchObject({ code: "OPERATION_CANCELLED", started: false });
  await first.result;
  expect(await failureOf(driver.outputs("behind").result)).toMatchObject({ code: "STACK_NOT_FOUND" });
  expect(driver.load).toEqual({ operations: 0, queued: 0, memoryMb: 0 });
});

test("an operation that needs more than there ever is, is refused", async () => {
  const driver = bed.driver({ memory: { budgetMb: 100 } });
  expect(await failureOf(driver.up({ name: "too-large", tags: 1 }).result)).toMatchObject({
    code: "MEMORY_NOT_GRANTED",
  });
});

test("two operations on one stack do not meet: the second is told who has it", async () => {
  const driver = bed.driver();
  const first = driver.up({ name: "many-01", tags: 1 });
  const failure = await failureOf(driver.up({ name: "many-01", tags: 2 }).result);
  expect(failure).toMatchObject({ code: "STACK_BUSY", holder: { operation: first.id } });
  expect((await first.result).outputs.tags?.value).toEqual(["many-01-0"]);
});
