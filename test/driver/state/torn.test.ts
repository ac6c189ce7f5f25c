import { existsSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Bed, failureOf } from "../fixture";
import type { CloudRequest } from "../programs/cloud";

/** What an engine that was killed in the middle of a write leaves beside the state, and what would keep the next one out. */
let bed: Bed;
beforeAll(async () => {
  bed = await Bed.open();
});
afterAll(async () => {
  await bed.close();
});

const request: CloudRequest = { name: "torn", tags: 1 };
const kept = (): string => join(bed.home, "state", ".pulumi");
const attributes = (): string[] =>
  readdirSync(kept(), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".attrs"));

test("the engine keeps no attributes: it would empty them before it writes them", async () => {
  await bed.driver().up(request).result;
  expect(existsSync(join(kept(), "stacks", "test", "torn.json"))).toBe(true);
  expect(attributes()).toEqual([]);
});

test.each(["meta.yaml", "stacks/test/torn.json", "stacks/test/torn.json.bak"])(
  "empty attributes of %s, from an engine that kept some, are in nobody's way",
  async (file) => {
    const left = join(kept(), `${file}.attrs`);
    writeFileSync(left, "");
    await bed.driver().up({ ...request, tags: 2 }).result;
    expect(existsSync(left)).toBe(false);
    await bed.driver().up(request).result;
    expect(await bed.tags()).toEqual(["torn-0"]);
  },
);

test("those of an update in the history neither", async () => {
  const folder = join(kept(), "history", "test", "torn");
  const [newest] = readdirSync(folder)
    .filter((name) => name.endsWith(".history.json"))
    .sort()
    .reverse();
  writeFileSync(join(folder, `${newest!}.attrs`), "");
  await bed.driver().up(request).result;
  expect(await bed.driver().history("torn").result).not.toEqual([]);
  expect(attributes()).toEqual([]);
});

test("whole attributes stay, and a state that is empty itself is still an error", async () => {
  const state = join(kept(), "stacks", "test", "torn.json");
  writeFileSync(`${state}.attrs`, '{"user.content_type":"application/json"}\n');
  await bed.driver().up(request).result;
  expect(attributes()).toEqual([join("stacks", "test", "torn.json.attrs")]);
  truncateSync(state);
  expect(await failureOf(bed.driver().up(request).result)).toMatchObject({ code: "STATE_UNREADABLE" });
});
