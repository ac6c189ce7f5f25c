import { openGuard } from "./guard";
import { differences, pathsOf } from "./inventory";
import { emptyCloud, PaperCloud } from "./paper-cloud";
import { Stack } from "./stack";

jest.setTimeout(240_000);

/**
 * The engine is killed in the middle of an `up`, with all its plugins. It writes down that something is being created, and not what; the next `up`
 * creates it again. Through a guard that is told what the state has, it gets what is there already.
 */
describe("an engine that is killed", () => {
  test.each([
    ["before a droplet's creation is answered", { kind: "slow", delay: 5, applied: true, route: "POST /v2/droplets" }],
    ["while its plugin assigns a reserved IP that it was told of", { kind: "action-stuck", action: "assign_ip" }],
  ])("%s: the next up makes nothing twice", async (_when, fault) => {
    const stack = new Stack(require.resolve("../components/digitalocean/engine-program"));
    const cloud = await PaperCloud.open(emptyCloud);
    try {
      await stack.init();
      const { id } = cloud.faults.add({ ...fault, count: 1 });
      const first = await openGuard(cloud.url, stack.directory, 1);
      await stack.killedUp(first.url, struck(cloud, id));
      cloud.faults.clearAll();
      await first.close();
      await cloud.cloud.settled();
      await stack.unlock();
      const before = await stack.state();
      expect(differences(cloud.cloud.state, before.resources)).not.toEqual([]);
      const second = await openGuard(cloud.url, stack.directory, 2);
      const known = pathsOf(before.resources);
      second.intents.reopen("campaign", (path) => known.has(path));
      const { code, stdout, stderr } = await stack.up(second.url);
      expect([code, `${stdout}${stderr}`]).toEqual([0, expect.any(String)]);
      await second.close();
      await cloud.cloud.settled();
      const after = await stack.state();
      expect(differences(cloud.cloud.state, after.resources)).toEqual([]);
    } finally {
      await cloud.close();
      stack.remove();
    }
  });
});

async function struck(cloud: PaperCloud, id: string): Promise<void> {
  while (cloud.faults.get(id)?.struck !== 1) await new Promise((resolve) => setTimeout(resolve, 10));
  // The answer to what has begun the action is on its way.
  await new Promise((resolve) => setTimeout(resolve, 300));
}
