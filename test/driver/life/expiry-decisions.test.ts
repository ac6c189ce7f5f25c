import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { StackBusy } from "../../../driver/lease/errors";
import { thisProcess } from "../../../driver/lease/owner";
import { SqliteDeployments } from "../../../driver/life/deployments";
import { expire, type ExpireReport, expiringOf } from "../../../driver/life/expiry";
import { startOperation } from "../../../driver/operation";
import { failureOf } from "../fixture";

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.parse("2027-01-01T00:00:00Z");

interface Asked {
  readonly timeToLive?: string;
  readonly protect?: boolean;
}

/** When what is announced and removed, over the real record; removals are noted in the place of an engine that would carry them out. */
let folder: string;
let deployments: SqliteDeployments;
let now: number;
const requests = new Map<string, Asked>();
const announced: string[] = [];
const removals: string[] = [];
let refusal: Error | undefined;
let failure: Error | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deploy4me-expiry-"));
  deployments = new SqliteDeployments(join(folder, "deployments.db"));
  now = start;
  for (const list of [announced, removals]) list.length = 0;
  requests.clear();
  refusal = failure = undefined;
});
afterEach(async () => {
  await deployments.close();
  rmSync(folder, { recursive: true });
});

const id = (stack: string) => ({ project: "test", stack });

/** As an `up` does. */
async function deployed(stack: string, request: Asked): Promise<void> {
  requests.set(stack, request);
  await deployments.noted(id(stack), now, request.timeToLive);
}

function expired(signal?: AbortSignal): Promise<ExpireReport> {
  return expire<Asked & { readonly stack: string }>(
    {
      deployments,
      now: () => now,
      timeToLiveOf: ({ timeToLive }) => timeToLive,
      isProtected: ({ protect }) => protect === true,
      destroy: ({ stack }) =>
        startOperation("destroy", id(stack), undefined, async () => {
          if (failure !== undefined) throw failure;
          removals.push(stack);
          await deployments.gone(id(stack));
          return { remaining: 0, changes: {}, unchanged: false, warnings: [], backup: undefined };
        }),
    },
    {
      requestOf: ({ stack }) => {
        const request = requests.get(stack);
        return Promise.resolve(request === undefined ? undefined : { ...request, stack });
      },
      announce: ({ stack, ends }) => {
        if (refusal !== undefined) return Promise.reject(refusal);
        announced.push(`${stack.stack} ${new Date(ends).toISOString().slice(0, 10)}`);
        return Promise.resolve();
      },
      ...(signal === undefined ? {} : { signal }),
    },
  );
}

const nothing = { announced: [], removed: [], kept: [] };

test("a later up does not begin its time anew, and another time to live counts from the first one", async () => {
  await deployed("extended", { timeToLive: "P2D" });
  now = start + day;
  await deployed("extended", { timeToLive: "P2D" });
  await expired();
  // Not deployed again: the request alone says so.
  requests.set("extended", { timeToLive: "P9D" });
  now = start + 3 * day;
  expect(await expired()).toEqual(nothing);
  now = start + 8 * day;
  await expired();
  expect(announced).toEqual(["extended 2027-01-03", "extended 2027-01-10"]);
  requests.set("extended", {});
  now = start + 20 * day;
  expect(await expired()).toEqual(nothing);
});

test("an end that is a time is one, whenever it was made", async () => {
  await deployed("dated", { timeToLive: "2027-01-31T18:00:00+02:00" });
  const [known] = await deployments.all();
  expect(expiringOf(known!)?.ends).toBe(Date.parse("2027-01-31T16:00:00Z"));
});

test("a protected one is announced once, and stays", async () => {
  await deployed("kept", { timeToLive: "PT2H", protect: true });
  now = start + day;
  expect(await expired()).toMatchObject({ announced: [{}], kept: [{ why: "protected" }] });
  now = start + 2 * day;
  expect(await expired()).toMatchObject({ announced: [], removed: [], kept: [{ why: "protected" }] });
  requests.set("kept", { timeToLive: "PT2H" });
  expect(await expired()).toMatchObject({ removed: [{ stack: "kept" }] });
});

test("one that nobody could be told of in time has half an hour still", async () => {
  await deployed("late", { timeToLive: "PT2H" });
  now = start + 9 * hour;
  refusal = new Error("no mail today");
  const unsaid = { why: "failed", message: "no mail today" };
  expect(await expired()).toMatchObject({ announced: [], removed: [], kept: [unsaid] });
  refusal = undefined;
  expect(await expired()).toMatchObject({ announced: [{}], removed: [], kept: [{ why: "announced-lately" }] });
  now += hour / 2 - 1;
  expect(await expired()).toMatchObject({ removed: [], kept: [{ why: "announced-lately" }] });
  now += 1;
  expect(await expired()).toMatchObject({ removed: [{ stack: "late" }] });
});

test("one that is being worked on, or can't be removed, is tried again the next time; the others go", async () => {
  await deployed("first", { timeToLive: "PT2H" });
  await deployed("second", { timeToLive: "PT2H" });
  await expired();
  now = start + 3 * hour;
  failure = new StackBusy(id("first"), { operation: "o", kind: "up", owner: thisProcess() });
  expect(await expired()).toMatchObject({ removed: [], kept: [{ why: "busy" }, { why: "busy" }] });
  failure = new Error("the cloud does not want to");
  expect(await expired()).toMatchObject({ removed: [], kept: [{ why: "failed" }, { why: "failed" }] });
  failure = undefined;
  await expired();
  expect(removals).toEqual(["first", "second"]);
  expect(await expired()).toEqual(nothing);
});

test("one of whose request nobody knows is announced, and stays", async () => {
  await deployed("forgotten", { timeToLive: "PT2H" });
  requests.clear();
  await expired();
  now = start + day;
  expect(await expired()).toMatchObject({ removed: [], kept: [{ why: "unknown-request" }] });
});

test("an expiry that was called off does nothing", async () => {
  await deployed("calm", { timeToLive: "PT2H" });
  now = start + 3 * hour;
  expect((await failureOf(expired(AbortSignal.abort(new Error("called off"))))).message).toBe("called off");
  expect([announced, removals]).toEqual([[], []]);
});

test("a record that can't be written says so, before anything is started", async () => {
  const broken = new SqliteDeployments(folder);
  expect(await failureOf(broken.noted(id("any"), now, undefined))).toMatchObject({ code: "DEPLOYMENTS_UNAVAILABLE" });
});
