import type { Actor } from "./actors";
import { run, TestRoom } from "./room";

let room: TestRoom;
let one: Actor, two: Actor, visitor: Actor;
let reserved: string, from: string;

beforeAll(async () => {
  room = await TestRoom.open();
  reserved = room.address("reservedIpv6", 0);
  from = room.network.ranges.visitor.ipv6;
  await room.network.setNetworks([{ id: "a", range: "10.20.0.0/24" }]);
  one = await room.boot(room.machine(1, "a", "10.20.0.2"));
  two = await room.boot(room.machine(2, "a", "10.20.0.3"));
  visitor = room.visitor();
  await Promise.all([one.listen("tcp", 80), two.listen("tcp", 80), visitor.listen("tcp", 8080)]);
  await Promise.all([findsItsGateway(one), findsItsGateway(two)]);
});
afterAll(() => room.close());

const leadsTo = (machineId: number | undefined) =>
  room.network.setReservedAddresses([{ address: reserved, ...(machineId !== undefined && { machineId }) }]);

/**
 * For the first second, its link-local address is being checked for a twin, and a machine only looks for its gateway from
 * an address of the interface itself.
 */
const findsItsGateway = async (machine: Actor) => {
  expect(await machine.tcp(from, 8080)).toMatch(/^visitor sees /);
};

/** What the original's documentation tells the owner of the machine to do, and to take back. */
const enable = (machineId: number) => onLoopback("replace", machineId);
const disable = (machineId: number) => onLoopback("delete", machineId);

const onLoopback = (verb: string, machineId: number) => {
  const namespace = room.network.ranges.visitor.namespace.replace("visitor", String(machineId));
  return run("ip", "-netns", namespace, "-6", "address", verb, `${reserved}/128`, "dev", "lo");
};

test("leads to its machine once that has put it onto an interface, as in the original", async () => {
  await leadsTo(1);
  expect(await visitor.tcp(reserved, 80)).toBe("silence");
  await enable(1);
  expect(await visitor.tcp(reserved, 80)).toBe(`machine-1 sees ${from}`);
  expect(await two.tcp(reserved, 80)).toBe(`machine-1 sees ${room.address("ipv6", 2)}`);
});

test("only its machine speaks from it", async () => {
  await leadsTo(1);
  await enable(1);
  await enable(2);
  expect(await one.tcp(from, 8080, reserved)).toBe(`visitor sees ${reserved}`);
  expect(await two.tcp(from, 8080, reserved)).toBe("silence");
});

test("moves from one machine to another, and may lead nowhere", async () => {
  await enable(2);
  await leadsTo(1);
  await leadsTo(2);
  expect(await visitor.tcp(reserved, 80)).toBe(`machine-2 sees ${from}`);
  expect(await one.tcp(from, 8080, reserved)).toBe("silence");
  await leadsTo(undefined);
  expect(await visitor.tcp(reserved, 80)).toBe("silence");
  await leadsTo(2);
  await room.network.setReservedAddresses([]);
  expect(await visitor.tcp(reserved, 80)).toBe("silence");
});

test("leads to its machine again after a boot, which has a new namespace", async () => {
  await leadsTo(2);
  await room.network.detach(2);
  expect(await visitor.tcp(reserved, 80)).toBe("silence");
  two = await room.boot(room.machine(2, "a", "10.20.0.3"));
  await two.listen("tcp", 80);
  await findsItsGateway(two);
  await enable(2);
  expect(await visitor.tcp(reserved, 80)).toBe(`machine-2 sees ${from}`);
});

test("is filtered by its machine's cloud firewall, and is another address in others'", async () => {
  await leadsTo(1);
  await enable(1);
  await disable(2);
  await room.network.setFilters([{ machineId: 1, inbound: [], outbound: [] }]);
  expect(await visitor.tcp(reserved, 80)).toBe("silence");
  await room.network.setFilters([
    { machineId: 1, inbound: [{ protocol: "tcp", ports: "80", peers: [from] }], outbound: [] },
    { machineId: 2, inbound: [], outbound: [{ protocol: "tcp", ports: "80", peers: [room.address("ipv6", 1)] }] },
  ]);
  expect(await visitor.tcp(reserved, 80)).toBe(`machine-1 sees ${from}`);
  expect(await two.tcp(reserved, 80)).toBe("silence");
  await room.network.setFilters([]);
});
