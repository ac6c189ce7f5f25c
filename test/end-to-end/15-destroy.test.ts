import { Cloud } from "./fixture/cloud";
import { leftovers } from "./fixture/sandbox";
import { onStack, resources } from "./fixture/stack";
import { world } from "./fixture/world";

const here = world();
const cloud = new Cloud(here.cloud);

/**
 * No machine can be reached any more: one was deleted behind our back, the others are off. Whatever on them is part of
 * the stack goes with them (`deletedWith`): a single attempt to reach one would fail, and `destroy` with it.
 */
describe("`pulumi destroy`, when every machine is dead already", () => {
  beforeAll(async () => {
    expect(await cloud.inventory()).not.toEqual([]);
    const kinds = (await leftovers(here)).map((words) => words.split(" ")[0]);
    expect(kinds).toEqual(expect.arrayContaining(["namespace", "process", "cgroup"]));
    const [bastion, wiki, blog] = await Promise.all(["bastion", "wiki", "blog"].map((part) => cloud.droplet(part)));
    await Promise.all([cloud.act(bastion!.id, "power_off"), cloud.act(blog!.id, "power_off"), cloud.delete(wiki!.id)]);
    await onStack(here, "destroy");
  });

  test("leaves nothing in the state", async () => {
    expect(await resources(here)).toEqual([]);
  });

  test("leaves nothing in the cloud", async () => {
    expect(await cloud.inventory()).toEqual([]);
  });

  test("leaves nothing of the machines here: no process, namespace, mount or cgroup", async () => {
    expect(await leftovers(here)).toEqual([]);
  });
});
