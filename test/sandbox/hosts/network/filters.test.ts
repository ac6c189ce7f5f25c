import type { FilterRule } from "../../../../sandbox/hosts/hosts";
import { raise, TestRoom } from "./room";
import type { Actor } from "./actors";

let room: TestRoom;
let web: Actor, wiki: Actor, visitor: Actor;
/** web's addresses, and the visitor's. */
let at: { v4: string; v6: string }, from: { ipv4: string; ipv6: string };

const anywhere = ["0.0.0.0/0", "::/0"];
const everything: FilterRule[] = [
  { protocol: "tcp", ports: "all", peers: anywhere },
  { protocol: "udp", ports: "all", peers: anywhere },
  { protocol: "icmp", peers: anywhere },
];

beforeAll(async () => {
  room = await TestRoom.open();
  at = { v4: room.address("public", 1), v6: room.address("ipv6", 1) };
  from = room.network.ranges.visitor;
  await room.network.setNetworks([{ id: "a", range: "10.20.0.0/24" }]);
  web = await room.boot(room.machine(1, "a", "10.20.0.2"));
  wiki = await room.boot(room.machine(2, "a", "10.20.0.3", { publicly: false }));
  visitor = room.visitor();
  for (const one of [web, wiki, visitor]) {
    await one.listen("tcp", 80, 81);
    await one.listen("udp", 5000);
  }
});
afterAll(() => room.close());
beforeEach(() => room.network.setFilters([]));

const filter = (inbound: FilterRule[], outbound: FilterRule[], machineId = 1) =>
  room.network.setFilters([{ machineId, inbound, outbound }]);

test("without a filter, everything passes", async () => {
  const knocks = [visitor.tcp(at.v4, 80), visitor.tcp(at.v6, 81), visitor.udp(at.v4, 5000), web.udp(from.ipv6, 5000)];
  expect(await Promise.all(knocks)).toEqual([
    `machine-1 sees ${from.ipv4}`,
    `machine-1 sees ${from.ipv6}`,
    `machine-1 sees ${from.ipv4}`,
    `visitor sees ${at.v6}`,
  ]);
});

test("a filter without rules lets nothing through, in neither direction and family", async () => {
  await filter([], []);
  const knocks = [
    visitor.tcp(at.v4, 80),
    visitor.tcp(at.v6, 80),
    visitor.udp(at.v4, 5000),
    visitor.udp(at.v6, 5000),
    wiki.tcp("10.20.0.2", 80),
    web.tcp(from.ipv4, 80),
    web.udp(from.ipv6, 5000),
    web.tcp("10.20.0.3", 80),
  ];
  expect(await Promise.all(knocks)).toEqual(knocks.map(() => "silence"));
});

test("inbound rules admit their port, protocol and peers; answers pass though nothing may go out", async () => {
  await filter([{ protocol: "tcp", ports: "80", peers: [from.ipv4, "2001:db8::/32"] }], []);
  const knocks = [visitor.tcp(at.v4, 80), visitor.tcp(at.v6, 80), visitor.tcp(at.v4, 81), visitor.udp(at.v4, 5000)];
  expect(await Promise.all(knocks)).toEqual([
    `machine-1 sees ${from.ipv4}`,
    `machine-1 sees ${from.ipv6}`,
    "silence",
    "silence",
  ]);
  // Not among the peers: the deployer.
  expect(await room.deployer().tcp(at.v4, 80)).toBe("silence");
});

test("the private interface is filtered too", async () => {
  await filter([{ protocol: "tcp", ports: "80-81", peers: ["10.20.0.3"] }], []);
  expect(await Promise.all([wiki.tcp("10.20.0.2", 81), visitor.tcp(at.v4, 81)])).toEqual([
    "machine-1 sees 10.20.0.3",
    "silence",
  ]);
});

test("outbound rules admit their port, protocol and peers; answers pass though nothing may come in", async () => {
  await filter([], [{ protocol: "udp", ports: "5000", peers: [from.ipv4, "10.20.0.0/24"] }]);
  const knocks = [
    web.udp(from.ipv4, 5000),
    web.udp("10.20.0.3", 5000),
    web.udp(from.ipv6, 5000),
    web.tcp(from.ipv4, 80),
  ];
  expect(await Promise.all(knocks)).toEqual([
    `visitor sees ${at.v4}`,
    "machine-2 sees 10.20.0.2",
    "silence",
    "silence",
  ]);
});

test("a flow that was admitted goes on after its rule is gone; a new one does not begin", async () => {
  await filter([{ protocol: "udp", ports: "5000", peers: anywhere }], []);
  expect(await visitor.flow(at.v4, 5000)).toBe(`machine-1 sees ${from.ipv4}`);
  await filter([], []);
  expect(await visitor.flow(at.v4, 5000)).toBe(`machine-1 sees ${from.ipv4}`);
  expect(await visitor.udp(at.v4, 5000)).toBe("silence");
});

test("overlapping peers are one rule", async () => {
  await filter(
    [{ protocol: "tcp", ports: "80", peers: [...anywhere, from.ipv4, "203.0.113.0/24", "2001:db8::1/32"] }],
    everything,
  );
  expect(await visitor.tcp(at.v4, 80)).toBe(`machine-1 sees ${from.ipv4}`);
});

test("the metadata service answers whatever the filter", async () => {
  await room.network.describe([room.machine(1, "a", "10.20.0.2")]);
  await filter([], []);
  expect(await web.fetch("http://169.254.169.254/metadata/v1/id")).toBe("1");
});

test("the filter stands before the machine has an interface", async () => {
  const machine = room.machine(5, "a", "10.20.0.6");
  await filter([], everything, 5);
  const path = await room.network.attach(machine);
  const booting = room.actor("machine-5", path);
  await booting.listen("tcp", 80);
  await raise(path, room.network.networkConfig(machine));
  expect(await booting.tcp(from.ipv4, 80)).toBe(`visitor sees ${room.address("public", 5)}`);
  expect(await visitor.tcp(room.address("public", 5), 80)).toBe("silence");
});
