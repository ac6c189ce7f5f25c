import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

import { parseState } from "../../../driver/state/state";
import { Moto } from "../../components/aws/moto";
import { draws } from "../../effort";
import { eventsOf } from "../fixture";
import { processesWith, until } from "../processes";
import { inState, inventoryOf } from "./aws-inventory";
import { variables } from "./aws-settling";
import { type AwsOrder, driverAtAws } from "./aws-worker";
import { WithholdingApi } from "./withholding-api";

jest.setTimeout(300_000);

/**
 * The driver is killed again and again while it brings about all that the components make at AWS: after so many changes were answered, each
 * next one is carried out or is not, in turn, and nobody is told. With PROPERTY_EFFORT=1 (test/effort.ts) it is killed at all of these points,
 * and while it removes everything again, and AWS is asked in the preview as well.
 */
const points = [6, 24, 0, 10, 1, 4, 0, 2];
const killed = points.slice(0, draws(points.length) - 1);
const isFull = killed.length > 2;
/** So many changes have no answer when it dies, of which every other one is carried out. There are eight each time at the first two points. */
const atLeast = isFull ? 1 : 2;
const name = "engine";
const home = mkdtempSync(join(tmpdir(), "deploy4me-aws-death-"));
/** What people were told. */
const notes: string[] = [];
let moto: Moto;
let api: WithholdingApi;
beforeAll(async () => {
  moto = await Moto.start();
  let turn = 0;
  api = await WithholdingApi.start(moto.url, () => turn++ % 2 === 0);
});
afterAll(async () => {
  await api.stop();
  await moto.stop();
  rmSync(home, { recursive: true, force: true });
});

/** @returns how many changes were on their way when it died */
async function killedAfter(answered: number, kind: AwsOrder["kind"] = "up"): Promise<number> {
  const order: AwsOrder = { home, environment: variables(api.url), kind, name };
  api.withhold(answered);
  const child = spawn(process.execPath, [join(__dirname, "aws-worker.js"), JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const said = createInterface({ input: child.stdout });
  said.on("line", (line) => void lines.push(line));
  const ended = (): string | undefined => lines.find((line) => line.startsWith("ended"));
  await until(() => api.waiting > 0 || ended() !== undefined, "a change that gets no answer", 60_000);
  if (ended() !== undefined) throw new Error(`it ended before it could be killed: ${lines.join(" ")}`);
  // Until nothing more can begin without an answer; on a busy machine it takes its time to begin at all.
  await until(() => api.waiting >= atLeast, "changes that get no answer", 60_000);
  for (let seen = 0; seen !== api.waiting;) {
    seen = api.waiting;
    await pause(400);
  }
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
  notes.push(...lines);
  const [operation = ""] = lines;
  await until(() => processesWith(operation).length === 0, "the end of everything", 30_000);
  await until(() => api.underWay === 0, "what AWS still carries out", 30_000);
  api.answerAgain();
  return api.waiting;
}

test("what was being made at AWS when the driver was killed is there once, in the state and in the plan", async () => {
  let inFlight = 0;
  for (const point of killed) inFlight += await killedAfter(point);
  expect(inFlight).toBeGreaterThan(killed.length);

  const driver = driverAtAws(home, variables(api.url));
  const again = driver.up({ name });
  for (const event of await eventsOf(again)) if (event.kind === "note") notes.push(event.message);
  await again.result;
  expect(notes).toContainEqual(expect.stringContaining("was taken into the state"));
  expect(notes).toContainEqual(expect.stringContaining("nothing of it is there"));

  const { resources, pending } = parseState({ project: "test", stack: name }, await driver.export(name).result);
  expect(pending).toEqual([]);
  const inventory = await inventoryOf(moto.url);
  const types = Object.keys(inventory);
  const sorted = Object.fromEntries(Object.entries(inventory).map(([type, ids]) => [type, [...ids].sort()]));
  expect(sorted).toEqual(inState(resources, { types }));
  expect(types.filter((type) => sorted[type]?.length === 0)).toEqual([]);

  expect((await driver.preview({ name }, { refresh: isFull }).result).unchanged).toBe(true);
  await driver.close();
});

if (isFull)
  test("what was being deleted when the driver was killed is gone, and so is all else after the next destruction", async () => {
    expect(await killedAfter(4, "destroy")).toBeGreaterThan(0);
    expect(await killedAfter(20, "destroy")).toBeGreaterThan(0);
    const driver = driverAtAws(home, variables(api.url));
    await driver.destroy({ name }).result;
    expect(Object.values(await inventoryOf(moto.url)).flat()).toEqual([]);
    await driver.close();
  });
