import { accountOf, type BastionAddress, kind } from "./clouds";
import { listenOn } from "./fixture/listeners";
import { inNetworkOf, type MachineName, machines, on, servers } from "./fixture/machines";
import { putBack, withoutHostRules } from "./fixture/rules";
import { listenerPorts, type Scan, scan } from "./fixture/scan";
import { asVisitor } from "./fixture/visitor";
import { world } from "./fixture/world";

const here = world();
const account = accountOf(here);

/** Which of the two layers stand during a scan. */
interface Layers {
  readonly cloud: boolean;
  readonly hosts: boolean;
}
const layers = [
  { title: "with neither layer", cloud: false, hosts: false },
  { title: "with the machines' own rules alone", cloud: false, hosts: true },
  { title: "with the cloud's firewalls alone", cloud: true, hosts: false },
  { title: "with both", cloud: true, hosts: true },
] as const;

const tcpListeners = listenerPorts.map((port) => `tcp/${port}`);
const everyListener = [...tcpListeners, ...listenerPorts.map((port) => `udp/${port}`)];
const visitors = ["tcp/80", "tcp/443"];
const administrators = ["tcp/22", ...visitors];

const cleanUp: (() => Promise<void>)[] = [];
beforeAll(async () => {
  for (const machine of machines) cleanUp.push(await listenOn(here, machine));
});
afterAll(async () => {
  await putBack(cleanUp);
});

describe.each(layers)("$title", (standing) => {
  const undo: (() => Promise<void>)[] = [];
  let found: Awaited<ReturnType<typeof everyScan>>;
  beforeAll(async () => {
    await takeAway(standing, undo);
    found = await everyScan();
  });
  afterAll(async () => {
    await putBack(undo);
  });

  const open = !standing.cloud && !standing.hosts;

  test.each(kind.bastionAddresses)("what a visitor sees of the bastion's %s address", (address) => {
    expectPorts(found.visitor[address]!, open, visitors);
  });

  test("an administrator sees of the bastion", () => {
    expectPorts(found.administrator, open, administrators, tcpListeners);
  });

  // The blog's own rules are away too: it was taken over, and its new owner is root. The wiki admits SSH from all of the
  // private network; that a server does not even get that far is for the cloud's firewall and for its own rules.
  test("a server that was taken over sees of the other", () => {
    expectPorts(found.intruder, open, standing.cloud ? [] : ["tcp/22"]);
  });

  test("what a visitor sees of the servers", () => {
    expect(found.visitor.server).toEqual({ open: [], closed: [] });
  });
});

test.each(servers)("%s has no IPv6 address but the one that every interface gives itself", async (server) => {
  const addresses = await on(here, server, "ip -6 -o addr show scope global");
  expect(addresses).toBe("");
});

describe("without the cloud's firewalls, a server whose own rules stand", () => {
  const undo: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    undo.push(await account.withoutFirewalls());
  });
  afterAll(async () => {
    await putBack(undo);
  });

  test("sees nothing of the other", async () => {
    const { from, address } = await serverToServer();
    expect(await scan(address, { from })).toEqual({ open: [], closed: [] });
  });

  // The bastion's services are asked for in the whole private network: a bastion that was replaced has another address.
  test("gets no further than those three questions when the other's rules are away", async () => {
    undo.push(await withoutHostRules(here, "wiki"));
    const { from, address } = await serverToServer();
    const questions = ["tcp/53", "tcp/3128", "udp/53", "udp/123"];
    expect(await scan(address, { from })).toEqual({ open: [], closed: questions });
  });
});

/** Nothing but what is meant, or, with all rules away, at least every listener. */
function expectPorts(seen: Scan, open: boolean, meant: readonly string[], listeners = everyListener): void {
  if (open) expect(seen.open).toEqual(expect.arrayContaining(listeners));
  else expect(seen).toEqual({ open: meant, closed: [] });
}

async function takeAway(standing: Layers, undo: (() => Promise<void>)[]): Promise<void> {
  if (!standing.cloud) undo.push(await account.withoutFirewalls());
  const withoutRules: readonly MachineName[] = standing.hosts ? ["blog"] : machines;
  for (const machine of withoutRules) undo.push(await withoutHostRules(here, machine));
}

/** Side by side: most of a scan's time is waiting. */
async function everyScan() {
  const { publicAddresses } = await account.machine("bastion");
  const [reserved = ""] = await account.reservedAddresses();
  const addresses = {
    reserved,
    ipv4: publicAddresses.find((address) => !address.includes(":")),
    ipv6: publicAddresses.find((address) => address.includes(":")),
  };
  const { from, address: wiki } = await serverToServer();
  const asked = [
    ...kind.bastionAddresses.map((which) => [which, addresses[which]!] as const),
    ["server", wiki] as const,
  ];
  const [visited, administrator, intruder] = await Promise.all([
    Promise.all(
      asked.map(async ([which, address]) => [which, await scan(address, { from: asVisitor(here) })] as const),
    ),
    scan(reserved, { udp: false }),
    scan(wiki, { from }),
  ]);
  const visitor: Partial<Record<BastionAddress | "server", Scan>> = Object.fromEntries(visited);
  return { visitor, administrator, intruder };
}

/** From inside the blog to the wiki. Servers have no other address than the private one, which is an IPv4 one. */
async function serverToServer(): Promise<{ from: string[]; address: string }> {
  const [wiki, blog] = await Promise.all([account.machine("wiki"), account.machine("blog")]);
  return { from: await inNetworkOf(here, blog), address: wiki.privateAddress };
}
