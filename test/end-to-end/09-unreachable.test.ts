import { accountOf } from "./clouds";
import { tryOn } from "./fixture/machines";
import { until } from "./fixture/process";
import { onStack, resources, tryStack } from "./fixture/stack";
import { world } from "./fixture/world";

const here = world();
const account = accountOf(here);

test("a refresh that can't reach a machine is an error that says which, and forgets nothing", async () => {
  const { id } = await account.machine("wiki");
  const before = await resources(here);
  await account.act(id, "power_off");
  try {
    const result = await tryStack(here, "refresh");
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).toMatch(/can't be reached by SSH/);
    expect((await resources(here)).map(({ urn }) => urn)).toEqual(before.map(({ urn }) => urn));
  } finally {
    await account.act(id, "power_on");
  }
  await until("the wiki to be back", async () => (await tryOn(here, "wiki", "true")).code === 0);
  await onStack(here, "preview", ["--refresh", "--expect-no-changes"]);
});
