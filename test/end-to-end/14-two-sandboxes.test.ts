import { home } from "../../cli/home";
import { accountOf, type Machine } from "./clouds";
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
  let machines: Record<"first" | "second", Machine>;

  beforeAll(async () => {
    second = worldIn(...(await startSandbox(secondHome)), secondHome);
    machines = { first: await openMachine(first), second: await openMachine(second) };
    await until("the first's machine", () => answers(asVisitor(first), machines.first));
    await until("the second's machine", () => answers(asVisitor(second), machines.second));
  });
  afterAll(async () => {
    await removeSandbox(secondHome);
    await accountOf(first).delete(machines.first.id);
  });

  test("have no address in common", () => {
    const all = (one: World) => [one.ranges.deployer.ipv4, one.ranges.visitor.ipv4, one.ranges.visitor.ipv6];
    expect(all(first).filter((address) => all(second).includes(address))).toEqual([]);
    const { publicAddresses } = machines.first;
    expect(publicAddresses.filter((address) => machines.second.publicAddresses.includes(address))).toEqual([]);
  });

  test("a visitor of one reaches nothing of the other", async () => {
    expect(await answers(asVisitor(first), machines.second)).toBe(false);
    expect(await answers(asVisitor(second), machines.first)).toBe(false);
  });

  test("a machine of one reaches nothing of the other", async () => {
    expect(await answers(await inNetworkOf(first, machines.first), machines.second)).toBe(false);
    expect(await answers(await inNetworkOf(second, machines.second), machines.first)).toBe(false);
  });

  test("each cloud knows its own machines alone", async () => {
    const known = await accountOf(second).machines();
    expect(known.map(({ name }) => name)).toEqual([machines.second.name]);
  });

  test("stopping one leaves nothing of it here, and the other as it was", async () => {
    expect(await leftovers(second)).not.toEqual([]);
    await removeSandbox(secondHome);
    expect(await leftovers(second)).toEqual([]);
    const page = await new Browser(first, "nobody").request(`https://${names.wiki}/`);
    expect(page.status).toBe(200);
  });
});

async function openMachine(where: World): Promise<Machine> {
  return accountOf(where).createUnfiltered({ name: `open-${where === first ? "first" : "second"}`, userData: "" });
}

/** Whether somebody gets a connection to a machine's SSH port, over any of its public addresses. */
async function answers(from: readonly string[], { publicAddresses }: Machine): Promise<boolean> {
  const tries = publicAddresses.map((address) =>
    attempt([...from, "timeout", "3", "bash", "-c", `: </dev/tcp/${address}/22`]),
  );
  return (await Promise.all(tries)).some(({ code }) => code === 0);
}
