import { run, TestRoom } from "./room";
import type { Actor } from "./actors";

let room: TestRoom;
let one: Actor, two: Actor, visitor: Actor;
let reserved: string;

beforeAll(async () => {
  room = await TestRoom.open();
  reserved = room.address("reserved", 0);
  await room.network.setNetworks([{ id: "a", range: "10.20.0.0/24" }]);
  one = await room.boot(room.machine(1, "a", "10.20.0.2"));
  two = await room.boot(room.machine(2, "a", "10.20.0.3"));
  visitor = room.visitor();
  for (const machine of [one, two]) {
    await machine.listen("tcp", 80);
    await machine.listen("udp", 6000);
  }
  await one.listenAt(anchorOf(1), 5000);
  await two.listenAt(anchorOf(2), 5000);
});
afterAll(() => room.close());
beforeEach(() => leadsTo(1));

const anchorOf = (id: number) => `10.17.0.${room.address("public", id).split(".")[3] ?? ""}`;

const leadsTo = (machineId: number | undefined) =>
  room.network.setReservedAddresses([{ address: reserved, ...(machineId !== undefined && { machineId }) }]);

test("a reserved address leads to its machine, which sees who calls", async () => {
  const { visitor: from, deployer } = room.network.ranges;
  expect(await visitor.tcp(reserved, 80)).toBe(`machine-1 sees ${from.ipv4}`);
  expect(await room.deployer().udp(reserved, 5000)).toBe(`machine-1 sees ${deployer.ipv4}`);
});

test("it leads to the machine's anchor address, which is met by no other way", async () => {
  const anchor = anchorOf(1);
  const addresses = await run("ip", "-netns", room.network.ranges.visitor.namespace.replace("visitor", "1"), "address");
  expect(addresses).toContain(`inet ${anchor}/16`);
  expect(await Promise.all([visitor.tcp(anchor, 80), two.tcp(anchor, 80)])).toEqual(["silence", "silence"]);
});

test("after a move, the next packet of an established flow meets the new machine", async () => {
  const from = room.network.ranges.visitor.ipv4;
  expect(await visitor.flow(reserved, 5000)).toBe(`machine-1 sees ${from}`);
  await leadsTo(2);
  expect(await visitor.flow(reserved, 5000)).toBe(`machine-2 sees ${from}`);
  expect(await visitor.tcp(reserved, 80)).toBe(`machine-2 sees ${from}`);
});

test("an address that leads nowhere is silent", async () => {
  await leadsTo(undefined);
  expect(await visitor.tcp(reserved, 80)).toBe("silence");
});

test("a machine reaches another's reserved address, and its own", async () => {
  expect(await two.tcp(reserved, 80)).toBe(`machine-1 sees ${room.address("public", 2)}`);
  expect(await one.tcp(reserved, 80)).toBe(`machine-1 sees ${reserved}`);
});

test("a machine that speaks from its anchor address is seen with the reserved one", async () => {
  const anchor = anchorOf(1);
  await visitor.listen("tcp", 8080);
  expect(await one.tcp(room.network.ranges.visitor.ipv4, 8080)).toBe(`visitor sees ${room.address("public", 1)}`);
  expect(await one.tcp(room.network.ranges.visitor.ipv4, 8080, anchor)).toBe(`visitor sees ${reserved}`);
  await leadsTo(undefined);
  expect(await one.tcp(room.network.ranges.visitor.ipv4, 8080, anchor)).toBe("silence");
});

test("cloud firewalls know the caller, and what was called, by their true addresses", async () => {
  const from = room.network.ranges.visitor.ipv4;
  await room.network.setFilters([
    { machineId: 1, inbound: [{ protocol: "tcp", ports: "80", peers: [from] }], outbound: [] },
    { machineId: 2, inbound: [], outbound: [{ protocol: "udp", ports: "5000", peers: [reserved] }] },
  ]);
  expect(await visitor.tcp(reserved, 80)).toBe(`machine-1 sees ${from}`);
  expect(await two.udp(reserved, 5000)).toBe("silence");
  await room.network.setFilters([
    { machineId: 2, inbound: [], outbound: [{ protocol: "udp", ports: "5000", peers: [reserved] }] },
  ]);
  expect(await two.udp(reserved, 5000)).toBe(`machine-1 sees ${room.address("public", 2)}`);
  await room.network.setFilters([]);
});

test("a machine that was replaced under the same address gets no flow of the old one", async () => {
  expect(await visitor.flow(room.address("public", 2), 6000)).toContain("machine-2");
  await room.network.detach(2);
  await room.network.setFilters([{ machineId: 3, inbound: [], outbound: [] }]);
  const successor = { ...room.machine(3, "a", "10.20.0.3"), public: room.machine(2, "a", "10.20.0.3").public! };
  const three = await room.boot(successor);
  await three.listen("udp", 6000);
  expect(await visitor.flow(room.address("public", 2), 6000)).toBe("silence");
  await room.network.setFilters([]);
  expect(await visitor.udp(room.address("public", 2), 6000)).toContain("machine-3");
});
