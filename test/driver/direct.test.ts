import type { Access, Caller } from "../../sandbox/digitalocean/access";
import type { Driver } from "../../driver/driver";
import { Bed, eventsOf, failureOf } from "./fixture";
import { RecordingEngine } from "./recording-engine";
import type { CloudRequest } from "./programs/cloud";

/** Tokens that come and go, as OAuth's do. */
class Rotating implements Access {
  readonly valid = new Set<string>();

  authenticate(token: string): Caller | undefined {
    return this.valid.has(token) ? { id: token.slice(-8), scopes: "all" } : undefined;
  }
}

const first = `doo_v1_${"1".repeat(64)}`;
const second = `doo_v1_${"2".repeat(64)}`;
const request: CloudRequest = { name: "direct", tags: 2, vpc: "network" };
const access = new Rotating();
let bed: Bed;
let recording: RecordingEngine;
let driver: Driver<CloudRequest>;
let current = first;

beforeAll(async () => {
  bed = await Bed.open({ access });
  recording = new RecordingEngine();
  driver = bed.driver({
    engine: recording.engine,
    credentials: {
      mode: "direct",
      secrets: () => Promise.resolve({ "digitalocean:token": current }),
      environment: () => Promise.resolve({ DIGITALOCEAN_API_URL: bed.api.origin }),
    },
  });
});
beforeEach(() => {
  recording.forget();
});
afterAll(async () => {
  recording.remove();
  await bed.close();
});

function rotate(to: string): void {
  current = to;
  access.valid.clear();
  access.valid.add(to);
}

test("the token is a secret of the stack, and in no argument, environment, event or state", async () => {
  rotate(first);
  const operation = driver.up(request);
  const events = await eventsOf(operation);
  await operation.result;
  expect(recording.calls.map(({ args }) => args.slice(0, 3))).toEqual([
    ["stack", "init", "--stack"],
    ["config", "set", "--secret"],
    ["up", "--yes", "--skip-preview"],
  ]);
  const state = await driver.export("direct").result;
  expect(JSON.stringify([recording.calls, events, state])).not.toContain(first);
});

test("a new token alone makes no preview non-empty", async () => {
  rotate(second);
  const operation = driver.preview(request);
  const events = await eventsOf(operation);
  expect(await operation.result).toMatchObject({ unchanged: true, steps: [] });
  expect(events.filter((event) => event.kind === "step" && event.operation !== "same")).toEqual([]);
});

test("a refresh uses the new token, though the state has the old one", async () => {
  expect((await driver.refresh(request).result).drift).toEqual([]);
});

test("a token that ran out in the state fails no destruction", async () => {
  rotate(first);
  await driver.up({ ...request, tags: 3 }).result;
  rotate(second);
  expect(await driver.destroy(request).result).toMatchObject({ remaining: 0 });
});

test("a token that the cloud does not take says so, and is not quoted", async () => {
  rotate(first);
  current = second;
  const operation = driver.up(request);
  const events = await eventsOf(operation);
  const failure = await failureOf(operation.result);
  expect(failure).toMatchObject({ code: "DEPLOYMENT_FAILED" });
  expect(failure.message).toMatch(/Unable to authenticate you|401/);
  expect(failure.message + JSON.stringify(events)).not.toContain(second);
});
