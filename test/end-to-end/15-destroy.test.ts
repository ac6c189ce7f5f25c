import { accountOf } from "./clouds";
import { leftovers } from "./fixture/sandbox";
import { onStack, resources } from "./fixture/stack";
import { world } from "./fixture/world";

const here = world();
const account = accountOf(here);

/**
 * No machine can be reached any more: one was deleted behind our back, the others are off. Whatever on them is part of
 * the stack goes with them (`deletedWith`): a single attempt to reach one would fail, and `destroy` with it.
 */
describe("`pulumi destroy`, when every machine is dead already", () => {
  beforeAll(async () => {
    expect(await account.inventory()).not.toEqual([]);
    const kinds = (await leftovers(here)).map((words) => words.split(" ")[0]);
    expect(kinds).toEqual(expect.arrayContaining(["namespace", "process", "cgroup"]));
    const [bastion, wiki, blog] = await Promise.all(["bastion", "wiki", "blog"].map((part) => account.machine(part)));
    await Promise.all([
      account.act(bastion!.id, "power_off"),
      account.act(blog!.id, "power_off"),
      account.delete(wiki!.id),
    ]);
    await onStack(here, "destroy");
  });

  test("leaves nothing in the state", async () => {
    expect(await resources(here)).toEqual([]);
  });

  test("leaves nothing in the cloud", async () => {
    expect(await account.inventory()).toEqual([]);
  });

  test("leaves nothing of the machines here: no process, namespace, mount or cgroup", async () => {
    expect(await leftovers(here)).toEqual([]);
  });
});
