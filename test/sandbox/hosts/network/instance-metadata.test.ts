import type { InstanceMetadata } from "../../../../sandbox/hosts/hosts";
import { run, TestRoom } from "./room";

let room: TestRoom;
/** Network namespaces of machines. */
let v2: string, v1: string, off: string, droplet: string;

const instance = (machineId: number, more: Partial<InstanceMetadata> = {}): InstanceMetadata => ({
  machineId,
  isOn: true,
  tokensRequired: true,
  hopLimit: 1,
  content: {
    "meta-data": { "instance-id": `i-${machineId}`, iam: { "security-credentials": { office: "{}" } } },
    "user-data": "#cloud-config",
  },
  ...more,
});
const instances = [instance(1), instance(2, { tokensRequired: false }), instance(3, { isOn: false })];

beforeAll(async () => {
  room = await TestRoom.open();
  await room.network.setNetworks([{ id: "a", range: "10.20.0.0/20" }]);
  const machines = [1, 2, 3, 4].map((id) => room.machine(id, "a", `10.20.0.${id + 1}`));
  await room.network.setInstanceMetadata(instances);
  await room.network.describe(machines);
  for (const machine of machines) await room.boot(machine);
  [v2 = "", v1 = "", off = "", droplet = ""] = machines.map(({ id }) => namespace(String(id)));
});
afterAll(() => room.close());

const namespace = (name: string): string =>
  `/run/netns/${room.network.ranges.visitor.namespace.replace("visitor", name)}`;

const service = "http://169.254.169.254";
const tokenHeader = "X-aws-ec2-metadata-token";
const secondsHeader = `${tokenHeader}-ttl-seconds`;

/** @returns the status, and the body below it */
const ask = (who: string, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<string> => {
  const given = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const out = ["-w", "\n%{http_code}"];
  return curl(who, "-X", method, ...given, ...out, service + path).then((text) => text.trim());
};
const token = async (who: string, seconds = "60"): Promise<string> =>
  (await ask(who, "/latest/api/token", { [secondsHeader]: seconds }, "PUT")).split("\n")[0] ?? "";

function curl(namespace: string, ...args: string[]): Promise<string> {
  return run("nsenter", `--net=${namespace}`, "curl", "-q", "-sS", "--noproxy", "*", "--max-time", "2", ...args);
}

test("who has a token hears of itself, at any version", async () => {
  const headers = { [tokenHeader]: await token(v2) };
  expect(await ask(v2, "/latest/meta-data/instance-id", headers)).toBe("i-1\n200");
  expect(await ask(v2, "/2021-03-23/meta-data/instance-id", headers)).toBe("i-1\n200");
  expect(await ask(v2, "/latest/meta-data/", headers)).toBe("instance-id\niam/\n200");
  expect(await ask(v2, "/latest/meta-data/iam/security-credentials/", headers)).toBe("office\n200");
  expect(await ask(v2, "/latest/user-data", headers)).toBe("#cloud-config\n200");
  expect(await ask(v2, "/latest/meta-data/tags/", headers)).toBe("404 - Not Found\n\n404");
});

test("who has none, or another's, is refused where tokens are required, and heard where they are not", async () => {
  const path = "/latest/meta-data/instance-id";
  expect(await ask(v2, path)).toMatch(/401$/);
  expect(await ask(v2, path, { [tokenHeader]: await token(v1) })).toMatch(/401$/);
  expect(await ask(v1, path)).toBe("i-2\n200");
  expect(await ask(v1, path, { [tokenHeader]: "made-up" })).toMatch(/401$/);
});

test.each([
  ["without a lifetime", {}, 400],
  ["for longer than six hours", { [secondsHeader]: "21601" }, 400],
  ["by way of a proxy", { [secondsHeader]: "60", "X-Forwarded-For": "10.20.0.9" }, 403],
])("there is no token %s", async (_case, headers, status) => {
  expect(await ask(v2, "/latest/api/token", headers, "PUT")).toMatch(new RegExp(`${status}$`));
});

test("a service that is switched off refuses everything", async () => {
  expect(await ask(off, "/latest/api/token", { [secondsHeader]: "60" }, "PUT")).toMatch(/403$/);
});

test("who is no instance of EC2 is told what a droplet is", async () => {
  expect(await ask(droplet, "/metadata/v1/id")).toBe("4\n200");
  expect(await ask(droplet, "/latest/api/token", { [secondsHeader]: "60" }, "PUT")).toMatch(/404$/);
});

test("an answer goes as far as the limit of hops says: not to a container behind the machine", async () => {
  const container = namespace("box");
  await run("ip", "netns", "add", container.slice("/run/netns/".length));
  try {
    await behind(v2, container);
    const put = ["-X", "PUT", "-H", `${secondsHeader}: 60`, `${service}/latest/api/token`];
    await expect(curl(container, ...put)).rejects.toThrow(/timed out|Connection timeout/i);
    await room.network.setInstanceMetadata([instance(1, { hopLimit: 2 }), ...instances.slice(1)]);
    expect((await curl(container, ...put)).length).toBe(56);
  } finally {
    await run("ip", "netns", "delete", container.slice("/run/netns/".length));
  }
});

/** As a container engine does it: a link of its own, behind the machine's addresses. */
async function behind(machine: string, container: string): Promise<void> {
  const at = (namespace: string, ...command: string[]) => run("nsenter", `--net=${namespace}`, ...command);
  await at(machine, "ip", "link", "add", "box0", "type", "veth", "peer", "name", "eth0", "netns", container);
  await at(machine, "ip", "address", "add", "172.18.0.1/24", "dev", "box0");
  await at(machine, "ip", "link", "set", "box0", "up");
  await at(machine, "sysctl", "-qw", "net.ipv4.ip_forward=1");
  await at(machine, "nft", "add table ip box; add chain ip box post { type nat hook postrouting priority 100; }");
  await at(machine, "nft", "add rule ip box post ip saddr 172.18.0.0/24 masquerade");
  await at(container, "ip", "address", "add", "172.18.0.2/24", "dev", "eth0");
  await at(container, "ip", "link", "set", "eth0", "up");
  await at(container, "ip", "route", "add", "default", "via", "172.18.0.1");
}
