import type { OperationEvent } from "../../driver/events/operation-event";
import type { Operation } from "../../driver/operation";
import type { UpResult } from "../../driver/results";
import { Bed, eventsOf, failureOf } from "./fixture";
import { processesWith, until } from "./processes";
import type { Act, CloudRequest } from "./programs/cloud";

/** What a program does to itself is no other stack's trouble, and is told from everything else by its error. */
let bed: Bed;
beforeAll(async () => {
  bed = await Bed.open();
});
afterAll(async () => {
  await bed.close();
});

interface Case {
  readonly act: Act;
  readonly code: string;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  { act: "throws", code: "DEPLOYMENT_FAILED", says: /the program does not want to/ },
  { act: "rejects", code: "DEPLOYMENT_FAILED", says: /nobody waits for this/ },
  { act: "rejects-late", code: "DEPLOYMENT_FAILED", says: /it comes late/ },
  { act: "exits", code: "PROGRAM_CRASHED", says: /exit code 7/ },
  { act: "aborts", code: "PROGRAM_CRASHED", says: /SIGABRT/ },
  { act: "loops", code: "PROGRAM_HUNG", says: /did nothing for 2 s/ },
  { act: "fills-heap", code: "PROGRAM_CRASHED", says: /out of memory/ },
  { act: "fills-buffers", code: "LIMIT_EXCEEDED", says: /more memory than the 220 MB/ },
  { act: "floods", code: "LIMIT_EXCEEDED", says: /more output than the 8 MB/ },
];

describe("beside a program that", () => {
  /** Its machine does not come up before all the others are through: it is under way while they go wrong. */
  const good: CloudRequest = { name: "good", tags: 2, droplets: ["one"] };
  let beside: Operation<UpResult>;
  beforeAll(async () => {
    bed.api.hosts.hold();
    beside = bed.driver().up(good);
    for await (const { kind } of beside.events) if (kind === "step") break;
    await until(() => bed.api.hosts.named("create").length > 0, "the droplet's creation");
  });

  test.each(cases)("$act it is told why, and the stack is free again", async ({ act, code, says }) => {
    const driver = bed.driver({
      times: { hangMs: act === "loops" ? 2_000 : 60_000, graceMs: 500 },
      memory: { limitMb: 220, outputMb: 8 },
    });
    // All have one stack: what left a lock or a lease there would be in the next one's way.
    const bad = driver.up({ name: "bad", tags: 1, act });
    const failure = await failureOf(bad.result);
    expect(failure).toMatchObject({ code });
    expect(failure.message).toMatch(says);
    expect(processesWith(bad.id)).toEqual([]);
    await driver.close();
  });

  test("another stack does not notice, and theirs can be deployed when it is mended", async () => {
    expect(processesWith(beside.id).length).toBeGreaterThanOrEqual(3);
    bed.api.hosts.release();
    const [events, { outputs }] = await Promise.all([eventsOf(beside), beside.result]);
    expect(outputs.tags?.value).toEqual(["good-0", "good-1"]);
    expect(outputs.droplets?.value).toHaveLength(1);
    expect(textOf(events)).not.toContain("bad");
    const { outputs: mended } = await bed.driver().up({ name: "bad", tags: 1 }).result;
    expect(mended.tags?.value).toEqual(["bad-0"]);
  });
});

test("a program that can't be loaded starts no engine", async () => {
  const driver = bed.driver({ program: { ...missing, export: "cloud" } });
  const failure = await failureOf(driver.up({ name: "unloadable", tags: 1 }).result);
  expect(failure).toMatchObject({ code: "PROGRAM_UNLOADABLE" });
  expect(failure.message).toMatch(/there-is-no-such-module/);
});

test("a module without the function says which", async () => {
  const driver = bed.driver({
    program: { module: require.resolve("./programs/cloud"), export: "clod", stack: ({ name }) => name },
  });
  const failure = await failureOf(driver.up({ name: "unloadable", tags: 1 }).result);
  expect(failure.message).toMatch(/has no function called clod/);
});

test("an engine that is not there is told from everything else", async () => {
  const driver = bed.driver({ engine: { pulumi: "/nonexistent/pulumi", plugins: "/nonexistent" } });
  expect(await failureOf(driver.up({ name: "no-engine", tags: 1 }).result)).toMatchObject({ code: "ENGINE_FAILED" });
});

test("what an operation started is gone when it has ended, also what left its session", async () => {
  const operation = bed.driver().up({ name: "bad", tags: 1, act: "starts-daemon" });
  await operation.result;
  expect(processesWith(operation.id)).toEqual([]);
});

test("what a program prints is an event of its own stack", async () => {
  const operation = bed.driver().up({ name: "bad", tags: 1, act: "prints" });
  const printed = (await eventsOf(operation)).filter((event) => event.kind === "output");
  expect(printed).toEqual([
    expect.objectContaining({ stream: "stdout", text: "to standard output" }),
    expect.objectContaining({ stream: "stderr", text: "to standard error" }),
  ]);
});

const missing = { module: "/there-is-no-such-module.js", stack: ({ name }: CloudRequest): string => name };

function textOf(events: readonly OperationEvent[]): string {
  return JSON.stringify(events);
}
