import { readdirSync } from "node:fs";
import { join } from "node:path";

import type { Driver } from "../../driver/driver";
import type { StepEvent } from "../../driver/events/operation-event";
import { Bed, eventsOf, failureOf } from "./fixture";
import type { CloudRequest } from "./programs/cloud";

/** One life of a stack: each test goes on where the one before ended. */
let bed: Bed;
let driver: Driver<CloudRequest>;
const request: CloudRequest = { name: "life", tags: 3, vpc: "as asked for", secret: "sesame-open" };

beforeAll(async () => {
  bed = await Bed.open();
  driver = bed.driver();
});
afterAll(async () => {
  await bed.close();
});

test("a preview says what would be done, and does nothing", async () => {
  const { changes, unchanged, steps } = await driver.preview(request).result;
  expect(changes).toEqual({ create: 5 });
  expect(unchanged).toBe(false);
  expect(steps.map(({ resource }) => resource.name).sort()).toEqual(
    expect.arrayContaining(["tag-0", "tag-1", "tag-2", "vpc"]),
  );
  expect(await bed.tags()).toEqual([]);
});

test("up does it, and tells each step", async () => {
  const operation = driver.up(request);
  const events = await eventsOf(operation);
  const { changes, outputs, unchanged } = await operation.result;
  expect(changes).toEqual({ create: 5 });
  expect(unchanged).toBe(false);
  expect(outputs.tags).toEqual({ value: ["life-0", "life-1", "life-2"], secret: false });
  expect(outputs.secret).toEqual({ value: "[secret]", secret: true });
  expect(outputs.nested).toEqual({ value: { inner: "[secret]", open: 1 }, secret: true });
  expect(await bed.tags()).toEqual(["life-0", "life-1", "life-2"]);

  const steps = events.filter((event): event is StepEvent => event.kind === "step" && event.resource.name === "vpc");
  expect(steps.map(({ phase, operation: what }) => `${what} ${phase}`)).toEqual(["create begun", "create done"]);
  expect(steps[1]?.tookMs).toBeGreaterThanOrEqual(0);
  expect(events[0]?.kind).toBe("started");
  expect(events.at(-1)).toMatchObject({ kind: "ended", outcome: "succeeded" });
});

test("progress grows, to all there is, and history names the operation", async () => {
  const operation = driver.up(request);
  const events = await eventsOf(operation);
  expect((await operation.result).unchanged).toBe(true);
  const done = events.map(({ progress }) => progress.done);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  const last = events.at(-1)?.progress;
  expect(last).toMatchObject({ current: [] });
  expect(last?.done).toBe(last?.planned);
  expect(last?.done).toBeGreaterThanOrEqual(5);

  const [newest, before] = await driver.history("life", { limit: 2 }).result;
  expect(newest).toMatchObject({ kind: "update", operation: operation.id, outcome: "succeeded" });
  expect(before?.began).toBeLessThanOrEqual(newest?.began ?? 0);
});

test("outputs are read without the engine, secrets only when asked for", async () => {
  expect((await driver.outputs("life").result).secret).toEqual({ value: "[secret]", secret: true });
  const shown = await driver.outputs("life", { secrets: true }).result;
  expect(shown.secret).toEqual({ value: "sesame-open", secret: true });
  expect(shown.nested).toEqual({ value: { inner: "sesame-open", open: 1 }, secret: true });
});

test("a refresh says what was changed outside, and the next up mends it", async () => {
  await bed.api.delete("/v2/tags/life-1");
  const network = async (): Promise<{ id: string; name: string; description: string }> => {
    const { vpcs } = (await bed.api.get("/v2/vpcs")).body as {
      vpcs: { id: string; name: string; description: string }[];
    };
    return vpcs.find(({ name }) => name === "life-vpc")!;
  };
  await bed.api.patch(`/v2/vpcs/${(await network()).id}`, { description: "changed by hand" });

  const { drift, unchanged } = await driver.refresh(request).result;
  expect(unchanged).toBe(false);
  expect(drift.map(({ operation, resource }) => `${operation} ${resource.name}`).sort()).toEqual([
    "delete tag-1",
    "update vpc",
  ]);
  expect(drift.find(({ resource }) => resource.name === "vpc")?.changes).toEqual([
    { path: "description", kind: "update", replaces: false, before: '"as asked for"', after: '"changed by hand"' },
  ]);

  expect((await driver.up(request).result).changes).toMatchObject({ create: 1, update: 1 });
  expect(await bed.tags()).toEqual(["life-0", "life-1", "life-2"]);
  expect((await network()).description).toBe("as asked for");
});

test("an export is what an import takes", async () => {
  const text = await driver.export("life").result;
  expect(text).not.toContain("sesame-open");
  await driver.import("copy", text.replaceAll("urn:pulumi:life::", "urn:pulumi:copy::")).result;
  expect((await driver.outputs("copy", { secrets: true }).result).secret?.value).toBe("sesame-open");
});

test("a destruction leaves nothing", async () => {
  const operation = driver.destroy(request, { remove: true });
  const events = await eventsOf(operation);
  expect(await operation.result).toMatchObject({
    remaining: 0,
    changes: expect.objectContaining({ delete: 5 }) as object,
  });
  expect(events.at(-1)?.progress).toMatchObject({ done: 6, planned: 6 });
  expect(await bed.tags()).toEqual([]);
  expect(await failureOf(driver.outputs("life").result)).toMatchObject({ code: "STACK_NOT_FOUND" });
});

test("no operation has left a folder behind", () => {
  expect(readdirSync(join(bed.home, "runs"))).toEqual([]);
});
