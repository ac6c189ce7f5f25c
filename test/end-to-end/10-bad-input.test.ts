import { join } from "node:path";

import { accountOf, kind } from "./clouds";
import { configure, inProject, type PulumiResult } from "./fixture/stack";
import { world } from "./fixture/world";

const here = world();
const account = accountOf(here);
const bad = "bad-input";
const configFile = join(here.project, `Pulumi.${bad}.yaml`);

const good = {
  ...kind.settings,
  domain: "bad-input.example",
  networkRange: "10.77.0.0/24",
  software: [{ name: "wiki", software: "dokuwiki" }],
  tls: { issuer: "private-ca" },
};

beforeAll(async () => {
  await onBadStack(["stack", "init"]);
});
afterAll(async () => {
  await onBadStack(["stack", "rm", "--yes"]);
});

test.each(kind.mistakes)("`up` refuses $title in one sentence, and makes nothing", async ({ config, sentence }) => {
  await isRefused(["up", "--yes", "--skip-preview"], config, sentence);
});

// One that the program sees by itself, and one that the cloud has to be asked about.
test.each([false, true].map((byCloud) => kind.mistakes.find((one) => (one.byCloud ?? false) === byCloud)!))(
  "so does `preview` with $title",
  async ({ config, sentence }) => {
    await isRefused(["preview"], config, sentence);
  },
);

test("what is refused is the mistake: without it, the same configuration is taken", async () => {
  configure(configFile, good);
  expect((await onBadStack(["preview"])).code).toBe(0);
});

async function isRefused(operation: readonly string[], changes: object, sentence: RegExp): Promise<void> {
  const before = await account.inventory();
  configure(configFile, { ...good, ...changes });
  const { code, stdout, stderr } = await onBadStack(operation);
  expect(code).not.toBe(0);
  const output = `${stdout}\n${stderr}`;
  expect(output).toMatch(sentence);
  expect(output).not.toMatch(/^\s+at .*\.js:\d+/m);
  expect(await account.inventory()).toEqual(before);
}

function onBadStack(args: readonly string[]): Promise<PulumiResult> {
  return inProject(here, [...args, "--stack", bad], { timeoutMs: 120_000 });
}
