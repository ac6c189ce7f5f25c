import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { NetworkInUse, openNetwork, removeNetwork } from "../../../../sandbox/hosts/network";
import { raise, run, TestRoom } from "./room";

const rooms: TestRoom[] = [];
const open = async () => {
  const room = await TestRoom.open();
  rooms.push(room);
  return room;
};
const prefixOf = (room: TestRoom) => room.network.ranges.visitor.namespace.replace("visitor", "");

// There are few indexes: none is held longer than its test takes.
afterEach(() => Promise.all(rooms.splice(0).map((room) => room.close())));

test("two sandboxes side by side have nothing in common, though their private networks are alike", async () => {
  const [a, b] = [await open(), await open()];
  expect(a.network.ranges.public).not.toEqual(b.network.ranges.public);
  const machines = [];
  for (const room of [a, b]) {
    await room.network.setNetworks([{ id: "vpc", range: "10.20.0.0/20" }]);
    const machine = await room.boot(room.machine(1, "vpc", "10.20.0.2"));
    await machine.listen("tcp", 80);
    machines.push(machine);
  }
  expect(await machines[0]!.tcp(b.address("public", 1), 80)).toBe("silence");
  for (const room of [a, b]) {
    const { visitor, deployer } = room.network.ranges;
    expect(await room.visitor().tcp(room.address("public", 1), 80)).toBe(`machine-1 sees ${visitor.ipv4}`);
    expect(await room.deployer().tcp(room.address("public", 1), 80)).toBe(`machine-1 sees ${deployer.ipv4}`);
  }
  expect(await a.visitor().tcp(b.address("public", 1), 80)).toBe("silence");
});

test("a sandbox that is open is not opened twice", async () => {
  const room = await open();
  const again = openNetwork({ directory: room.directory, log: () => undefined });
  await expect(again).rejects.toBeInstanceOf(NetworkInUse);
  await expect(again).rejects.toThrow(`process ${process.pid} holds its network`);
});

test("a directory keeps its addresses while others come and go", async () => {
  const directory = await mkdtemp(join(tmpdir(), "deploy4me-network-"));
  const first = await openNetwork({ directory, log: () => undefined });
  await first.close();
  const other = await open();
  const second = await openNetwork({ directory, log: () => undefined });
  await second.close();
  await removeNetwork(directory);
  await rm(directory, { recursive: true });
  expect(second.ranges).toEqual(first.ranges);
  expect(other.network.ranges.public).not.toEqual(first.ranges.public);
});

test("every boot gets a fresh namespace", async () => {
  const room = await open();
  await room.network.setNetworks([{ id: "vpc", range: "10.20.0.0/20" }]);
  const machine = room.machine(1, "vpc", "10.20.0.2");
  const path = await room.network.attach(machine);
  const nft = (...args: string[]) => run("nsenter", `--net=${path}`, "nft", ...args);
  await nft("add", "table", "inet", "left-over");
  expect(await nft("list", "tables")).toContain("left-over");
  expect(await room.network.attach(machine)).toBe(path);
  expect(await nft("list", "tables")).toBe("");
  const links = JSON.parse(await run("nsenter", `--net=${path}`, "ip", "-json", "link", "show", "type", "veth")) as {
    ifname: string;
    flags: string[];
  }[];
  expect(links.map(({ ifname }) => ifname).sort()).toEqual(["eth0", "eth1"]);
  expect(links.flatMap(({ flags }) => flags)).not.toContain("UP");
  await room.network.detach(1);
  await room.network.detach(1);
  expect(existsSync(path)).toBe(false);
});

test("closing leaves nothing on this machine, and this machine's own rules are never touched", async () => {
  const rules = await run("nft", "list", "ruleset");
  const forwarding = () => readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8");
  const before = forwarding();
  const room = await TestRoom.open();
  await room.network.setNetworks([{ id: "vpc", range: "10.20.0.0/20" }]);
  await room.boot(room.machine(1, "vpc", "10.20.0.2"));
  const prefix = prefixOf(room);
  expect(await traces(prefix)).toMatchObject({ namespaces: 3, link: true, routes: 2 });
  expect((await traces(prefix)).processes).toBeGreaterThanOrEqual(2);
  expect([await run("nft", "list", "ruleset"), forwarding()]).toEqual([rules, before]);
  await room.close();
  expect(await traces(prefix)).toEqual(nothing);
  expect([await run("nft", "list", "ruleset"), forwarding()]).toEqual([rules, before]);
});

test("what a killed owner left is cleaned up by the next one, who gets the same addresses", async () => {
  const directory = await mkdtemp(join(tmpdir(), "deploy4me-network-"));
  const owner = await startOwner(directory);
  await kill(owner.child);
  // Its processes end by themselves.
  await expect(untilGone(owner.prefix)).resolves.toBe(0);
  expect(await traces(owner.prefix)).toMatchObject({ namespaces: 3, link: true });
  const next = await openNetwork({ directory, log: () => undefined });
  try {
    expect(next.ranges.visitor.namespace).toBe(`${owner.prefix}visitor`);
    expect(await traces(owner.prefix)).toMatchObject({ namespaces: 2, link: true });
    await next.setNetworks([{ id: "vpc", range: "10.20.0.0/20" }]);
    const machine = { ...owner.machine, private: { networkId: "vpc", ipv4: "10.20.0.2" } };
    await raise(await next.attach(machine), next.networkConfig(machine));
  } finally {
    await next.close();
    await removeNetwork(directory);
    await rm(directory, { recursive: true });
  }
});

test("what a killed owner left can be removed without opening it", async () => {
  const directory = await mkdtemp(join(tmpdir(), "deploy4me-network-"));
  const owner = await startOwner(directory);
  await expect(removeNetwork(directory)).rejects.toBeInstanceOf(NetworkInUse);
  await kill(owner.child);
  await rm(directory, { recursive: true });
  await removeNetwork(directory);
  expect(await traces(owner.prefix)).toEqual(nothing);
  await removeNetwork(directory);
});

const nothing = { namespaces: 0, link: false, routes: 0, processes: 0, claim: false };

/** What of a sandbox is on this machine. */
async function traces(prefix: string): Promise<typeof nothing> {
  const link = prefix.slice(0, -1);
  const namespaces = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
  const routes = (await run("ip", "route")).split("\n").filter((line) => line.includes(`dev ${link} `));
  return {
    namespaces: namespaces.filter((name) => name.startsWith(prefix)).length,
    link: readdirSync("/sys/class/net").includes(link),
    routes: routes.length,
    processes: processesOf(prefix),
    claim: existsSync(`/run/deploy4me/network/${link.slice(4)}.json`),
  };
}

/** Processes that have the router's name or the agent's addresses in their command line. */
function processesOf(prefix: string): number {
  const index = Number(/\d+/.exec(prefix.slice(3))?.[0]);
  const gateway = `203.0.113.${index * 32 + 1}`;
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words.includes(`/run/netns/${prefix}router`) || words.includes(gateway);
    } catch {
      return false;
    }
  }).length;
}

async function untilGone(prefix: string): Promise<number> {
  const deadline = Date.now() + 10_000;
  while (processesOf(prefix) > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  return processesOf(prefix);
}

interface Owner {
  readonly child: ChildProcess;
  readonly prefix: string;
  readonly machine: Parameters<TestRoom["boot"]>[0];
}

/** Another process that opens a network and attaches a machine. */
function startOwner(directory: string): Promise<Owner> {
  const child = fork(join(__dirname, "owner.js"), [directory]);
  return new Promise((resolve, reject) => {
    child.once("exit", () => {
      reject(new Error("the owner ended"));
    });
    child.once("message", (said: Omit<Owner, "child">) => {
      resolve({ child, ...said });
    });
  });
}

async function kill(child: ChildProcess): Promise<void> {
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
