import { accountOf } from "./clouds";
import { onStack } from "./fixture/stack";
import { world } from "./fixture/world";

const here = world();

test("a preview right after the deployment finds nothing to change", async () => {
  await onStack(here, "preview", ["--expect-no-changes"]);
});

test("so does one that asks the cloud and the machines first", async () => {
  await onStack(here, "preview", ["--refresh", "--expect-no-changes"]);
});

test("a second `up` changes nothing, and makes nothing in the cloud", async () => {
  const before = await accountOf(here).inventory();
  await onStack(here, "up", ["--expect-no-changes"]);
  expect(await accountOf(here).inventory()).toEqual(before);
});
