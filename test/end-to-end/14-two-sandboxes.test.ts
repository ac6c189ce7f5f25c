import { home } from "../../cli/home";
import { addressesOf, Cloud, type Droplet } from "./fixture/cloud";
import { inNetworkOf } from "./fixture/machines";
import { attempt, until } from "./fixture/process";
import { leftovers, removeSandbox, startSandbox } from "./fixture/sandbox";
import { asVisitor, Browser } from "./fixture/visitor";
import { homeDirectory, names, type World, world, worldIn } from "./fixture/world";

const first = world();
const secondHome = home({ DEPLOY4ME_HOME: `${homeDirectory}-second` });

/** Another sandbox beside the deployment's, and in each one a machine that filters nothing. */
describe("two sandboxes on one machine", () => {
  let second: World;
  let droplets: Record<"first" | "second", Droplet>;

  beforeAll(async () => {
    second = worldIn(...(await startSandbox(secondHome)), secondHome);
    droplets = { first: await openMachine(first), second: await openMachine(second) };
    await until("the first's machine", () => answers(asVisitor(first), droplets.first));
    await until("the second's machine", () => answers(asVisitor(second), droplets.second));
  });
  afterAll(async () => {
    await new Cloud(first.cloud).delete(droplets.first.id);
    await removeSandbox(secondHome);
  });

  test("have no address in common", () => {
    const all = (one: World) => [one.ranges.deployer.ipv4, one.ranges.visitor.ipv4, one.ranges.visitor.ipv6];
    expect(all(first).filter((address) => all(second).includes(address))).toEqual([]);
    const machines = addressesOf(droplets.first, "public");
    expect(machines.filter((address) => addressesOf(droplets.second, "public").includes(address))).toEqual([]);
  });

  test("a visitor of one reaches nothing of the other", async () => {
    expect(await answers(asVisitor(first), droplets.second)).toBe(false);
    expect(await answers(asVisitor(second), droplets.first)).toBe(false);
  });

  test("a machine of one reaches nothing of the other", async () => {
    expect(await answers(await inNetworkOf(first, droplets.first), droplets.second)).toBe(false);
    expect(await answers(await inNetworkOf(second, droplets.second), droplets.first)).toBe(false);
  });

  test("each cloud knows its own machines alone", async () => {
    const known = await new Cloud(second.cloud).droplets();
    expect(known.map(({ name }) => name)).toEqual([droplets.second.name]);
  });

  test("stopping one leaves nothing of it here, and the other as it was", async () => {
    expect(await leftovers(second)).not.toEqual([]);
    await removeSandbox(secondHome);
    expect(await leftovers(second)).toEqual([]);
    const page = await new Browser(first, "nobody").request(`https://${names.wiki}/`);
    expect(page.status).toBe(200);
  });
});

async function openMachine(where: World): Promise<Droplet> {
  const cloud = new Cloud(where.cloud);
  const name = `open-${where === first ? "first" : "second"}`;
  return cloud.create({ name, userData: "", vpcId: await cloud.defaultVpc() });
}

/** Whether somebody gets a connection to a machine's SSH port, over any of its public addresses. */
async function answers(from: readonly string[], droplet: Droplet): Promise<boolean> {
  const tries = addressesOf(droplet, "public").map((address) =>
    attempt([...from, "timeout", "3", "bash", "-c", `: </dev/tcp/${address}/22`]),
  );
  return (await Promise.all(tries)).some(({ code }) => code === 0);
}
