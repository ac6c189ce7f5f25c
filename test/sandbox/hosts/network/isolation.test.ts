import { run, TestRoom } from "./room";
import type { Actor } from "./actors";

let room: TestRoom;
let web: Actor, wiki: Actor, shop: Actor;

beforeAll(async () => {
  room = await TestRoom.open();
  await room.network.setNetworks([
    { id: "a", range: "10.20.0.0/24" },
    { id: "b", range: "10.30.0.0/24" },
  ]);
  web = await room.boot(room.machine(1, "a", "10.20.0.2"));
  wiki = await room.boot(room.machine(2, "a", "10.20.0.3", { publicly: false }));
  shop = await room.boot(room.machine(3, "b", "10.30.0.2"));
  for (const machine of [web, wiki, shop]) {
    await machine.listen("tcp", 80);
    await machine.listen("udp", 53);
  }
});
afterAll(() => room.close());

test("machines of one private network see each other by their private addresses", async () => {
  expect(await web.tcp("10.20.0.3", 80)).toBe("machine-2 sees 10.20.0.2");
  expect(await wiki.udp("10.20.0.2", 53)).toBe("machine-1 sees 10.20.0.3");
});

test("machines of two private networks don't see each other there", async () => {
  const knocks = [web.tcp("10.30.0.2", 80), shop.udp("10.20.0.3", 53), shop.tcp("10.20.0.3", 80, "10.30.0.2")];
  expect(await Promise.all(knocks)).toEqual(["silence", "silence", "silence"]);
});

test("public interfaces see each other, IPv4 and IPv6", async () => {
  expect(await web.tcp(room.address("public", 3), 80)).toBe(`machine-3 sees ${room.address("public", 1)}`);
  expect(await web.tcp(room.address("ipv6", 3), 80)).toBe(`machine-3 sees ${room.address("ipv6", 1)}`);
});

test("visitor and deployer are seen with their own addresses", async () => {
  const { visitor, deployer } = room.network.ranges;
  const outside = room.visitor();
  expect(await outside.tcp(room.address("public", 1), 80)).toBe(`machine-1 sees ${visitor.ipv4}`);
  expect(await outside.udp(room.address("ipv6", 1), 53)).toBe(`machine-1 sees ${visitor.ipv6}`);
  expect(await room.deployer().tcp(room.address("public", 1), 80)).toBe(`machine-1 sees ${deployer.ipv4}`);
});

test("a machine reaches the visitor, but not the machine that the sandbox runs on", async () => {
  const { visitor, deployer } = room.network.ranges;
  await room.visitor().listen("tcp", 8080);
  expect(await web.tcp(visitor.ipv4, 8080)).toBe(`visitor sees ${room.address("public", 1)}`);
  await room.deployer().listen("tcp", 8765);
  expect(await web.tcp(deployer.ipv4, 8765)).toBe("silence");
});

test("a machine without a public interface has no way out, and none in", async () => {
  expect(await wiki.tcp(room.network.ranges.visitor.ipv4, 8080)).toBe("ENETUNREACH");
  expect(await room.visitor().tcp("10.20.0.3", 80)).toBe("silence");
});

test("a route that a machine makes itself does not lead out of its private network", async () => {
  await run("ip", "-netns", machineName(2), "route", "add", "default", "via", "10.20.0.1");
  const knocks = [
    wiki.tcp(room.network.ranges.visitor.ipv4, 8080),
    wiki.tcp(room.address("public", 3), 80),
    wiki.tcp("10.30.0.2", 80),
  ];
  expect(await Promise.all(knocks)).toEqual(["silence", "silence", "silence"]);
});

test("what has another machine's source address does not arrive, on either interface", async () => {
  await room.boot(room.machine(4, "a", "10.20.0.4"));
  const target = room.address("public", 3);
  const [own, foreign] = [room.address("public", 1), room.address("public", 4)];
  const arrived = await countFrom(machineName(3), [own, foreign]);
  await run("ip", "-netns", machineName(1), "address", "add", `${foreign}/32`, "dev", "eth0");
  await Promise.all([web.udp(target, 53), web.tcp(target, 80, foreign)]);
  expect(await arrived()).toEqual([1, 0]);

  const arrivedInside = await countFrom(machineName(2), ["10.20.0.2", "10.20.0.4"]);
  await run("ip", "-netns", machineName(1), "address", "add", "10.20.0.4/32", "dev", "eth1");
  await Promise.all([web.udp("10.20.0.3", 53), web.tcp("10.20.0.3", 80, "10.20.0.4")]);
  expect(await arrivedInside()).toEqual([1, 0]);
});

/** Counts what arrives in a namespace from each source: silence alone could be an answer that went astray. */
async function countFrom(namespace: string, sources: readonly string[]): Promise<() => Promise<number[]>> {
  const nft = (...args: string[]) => run("nsenter", `--net=/run/netns/${namespace}`, "nft", ...args);
  await nft("add", "table", "ip", "count");
  await nft("add", "chain", "ip", "count", "input", "{ type filter hook prerouting priority -400; }");
  for (const source of sources) await nft("add", "rule", "ip", "count", "input", "ip", "saddr", source, "counter");
  return async () => {
    const listing = await nft("list", "table", "ip", "count");
    return [...listing.matchAll(/packets (\d+)/g)].map(([, packets]) => Number(packets));
  };
}

function machineName(id: number): string {
  return room.network.ranges.visitor.namespace.replace("visitor", String(id));
}
