import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Bed, failureOf } from "../fixture";
import type { CloudRequest } from "../programs/cloud";

/** What is done with the state of one stack: each test goes on where the one before ended. */
let bed: Bed;
beforeAll(async () => {
  bed = await Bed.open();
});
afterAll(async () => {
  await bed.close();
});

const request: CloudRequest = { name: "kept", tags: 1, secret: "sesame-open" };
const tagsIn = (state: string): string[] => [...state.matchAll(/Tag::(tag-\d)"/g)].map(([, name]) => name!).sort();

test("before each operation that changes something the state is kept, and can be brought back", async () => {
  const driver = bed.driver();
  const first = await driver.up(request).result;
  const second = await driver.up({ ...request, tags: 2 }).result;
  const { backup } = await driver.destroy(request).result;
  expect(await driver.backups("kept")).toEqual([backup, second.backup, first.backup]);
  expect(backup).toMatchObject({ before: "destroy" });

  const restored = await driver.restore("kept", backup!.id).result;
  expect(new Set(tagsIn(await driver.export("kept").result))).toEqual(new Set(["tag-0", "tag-1"]));
  // What was there is kept as well: a restoration can be taken back.
  expect(restored.backup).toMatchObject({ before: "restore" });
  // The state says there are two, the cloud has none: a refresh sees it, and up mends it.
  expect((await driver.refresh({ ...request, tags: 2 }).result).drift).toHaveLength(2);
  await driver.up({ ...request, tags: 2 }).result;
  expect(await bed.tags()).toEqual(["kept-0", "kept-1"]);
});

test("a preview keeps nothing: it changes nothing", async () => {
  const driver = bed.driver();
  const before = await driver.backups("kept");
  await driver.preview({ ...request, tags: 1 }).result;
  expect(await driver.backups("kept")).toEqual(before);
});

test("a state that is damaged is refused before anything starts, and a backup mends it", async () => {
  const driver = bed.driver();
  const file = join(bed.home, "state", ".pulumi", "stacks", "test", "kept.json");
  const whole = readFileSync(file, "utf8");
  const newest = (await driver.backups("kept")).find(({ before }) => before === "destroy");

  for (const damage of [
    whole.slice(0, whole.length / 2),
    "",
    "[]",
    '{"version":3,"checkpoint":{"latest":{"resources":7}}}',
  ]) {
    writeFileSync(file, damage);
    const failure = await failureOf(driver.up(request).result);
    expect(failure).toMatchObject({ code: "STATE_UNREADABLE" });
    expect(failure.message).toMatch(/Nothing was started/);
  }
  await driver.restore("kept", newest!.id).result;
  expect(tagsIn(await driver.export("kept").result)).toContain("tag-0");
  await driver.up({ ...request, tags: 3 }).result;
  expect(await bed.tags()).toEqual(["kept-0", "kept-1", "kept-2"]);
});

test("what is no state is not imported", async () => {
  const driver = bed.driver();
  const before = await driver.export("kept").result;
  for (const text of ["", "{}", '{"version":99,"deployment":{"manifest":{"time":""}}}'])
    expect(await failureOf(driver.import("kept", text).result)).toMatchObject({ code: "STATE_UNREADABLE" });
  // The engine has the last word: resources of another stack.
  const foreign = before.replaceAll("urn:pulumi:kept::", "urn:pulumi:other::");
  expect(await failureOf(driver.import("kept", foreign).result)).toMatchObject({ code: "ENGINE_FAILED" });
  expect(tagsIn(await driver.export("kept").result)).toEqual(tagsIn(before));
});

test("a secret is ciphertext in the state, in every backup and in all that is left of an operation", async () => {
  const driver = bed.driver();
  const files = readdirSync(bed.home, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const texts = files.map((one) => readFileSync(join(one.parentPath, one.name), "utf8"));
  expect(texts.join("\n")).not.toContain("sesame-open");
  expect(texts.filter((text) => text.includes("ciphertext")).length).toBeGreaterThan(1);
  const backup = (await driver.backups("kept")).find(({ before }) => before === "destroy");
  await driver.restore("kept", backup!.id).result;
  expect((await driver.outputs("kept", { secrets: true }).result).secret?.value).toBe("sesame-open");
});
