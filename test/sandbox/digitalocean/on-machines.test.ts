import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { FastifyInstance } from "fastify";

import { ManualClock } from "../../../sandbox/clock";
import { oneToken } from "../../../sandbox/digitalocean/access";
import { Cloud } from "../../../sandbox/digitalocean/cloud";
import { buildApi } from "../../../sandbox/digitalocean/server";
import { fileStore } from "../../../sandbox/digitalocean/store";
import { MachineRoom, until } from "../hosts/machines/room";

const execute = promisify(execFile);
const token = "sandbox-token-of-a-test";
const start = new Date("2026-01-01T00:00:00Z");

/** The API over a real machine: what recorded hosts can't tell. */
let room: MachineRoom;
let cloud: Cloud;
let app: FastifyInstance;
let origin: string;
let directory: string;
let droplet: { id: number; public: { ipv4: string } };
const clock = new ManualClock(start);

beforeAll(async () => {
  room = await MachineRoom.open();
  directory = mkdtempSync(join(tmpdir(), "deploy4me-on-machines-"));
  const log = (line: string): void => void room.log.push(line);
  cloud = await Cloud.open({ store: fileStore(directory), hosts: room.hosts, clock, log });
  app = buildApi({ cloud, access: oneToken(token), log });
  origin = await app.listen({ host: "127.0.0.1", port: 0 });
  const key = readFileSync(join(room.directory, "../admin.pub"), "utf8").trim();
  const { ssh_key } = await call<{ ssh_key: { id: number } }>("POST", "/v2/account/keys", {
    name: "admin",
    public_key: key,
  });
  const created = await call<{ droplet: { id: number } }>("POST", "/v2/droplets", {
    ...{ name: "web", region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" },
    ...{ ipv6: true, monitoring: true, ssh_keys: [ssh_key.id], user_data: room.userData() },
  });
  await cloud.settled();
  const shown = await call<{ droplet: { networks: { v4: { type: string; ip_address: string }[] } } }>(
    "GET",
    `/v2/droplets/${created.droplet.id}`,
  );
  const outer = shown.droplet.networks.v4.find(({ type }) => type === "public");
  droplet = { id: created.droplet.id, public: { ipv4: outer?.ip_address ?? "" } };
  await room.answers({ ...room.spec(0), ...droplet });
});
afterAll(async () => {
  await app.close();
  await room.close();
  rmSync(directory, { recursive: true });
});

async function call<Body>(method: "GET" | "POST", url: string, body?: object): Promise<Body> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${origin}${url}`, { method, headers, ...content, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${method} ${url} → ${answer.status} ${await answer.text()}`);
  // What it holds is looked at by the tests.
  return (await answer.json()) as Body;
}

const inside = (script: string) => room.ssh({ ...room.spec(0), ...droplet }, script);

test("a reserved IPv6 address leads to the machine once its owner has followed the metadata service", async () => {
  const { reserved_ipv6 } = await call<{ reserved_ipv6: { ip: string } }>("POST", "/v2/reserved_ipv6", {
    region_slug: "fra1",
  });
  const { ip } = reserved_ipv6;
  await call("POST", `/v2/reserved_ipv6/${ip}/actions`, { type: "assign", droplet_id: droplet.id });
  await cloud.settled();
  const asked = await inside("curl -fsS http://169.254.169.254/metadata/v1/reserved_ip/ipv6/ip_address");
  expect(asked).toEqual({ code: 0, output: ip });
  expect(await sshKeysAt(ip)).toBe("");
  expect(await inside(`ip -6 address replace ${ip}/128 dev lo`)).toEqual({ code: 0, output: "" });
  expect(await sshKeysAt(ip)).toContain(room.pinned);
});

/** What the outside world hears there: nothing, when nobody answers. */
async function sshKeysAt(address: string): Promise<string> {
  const { namespace } = room.hosts.ranges.visitor;
  const scan = `ssh-keyscan -t ed25519 -T 3 ${address} 2>/dev/null || true`;
  return (await execute("nsenter", [`--net=/run/netns/${namespace}`, "sh", "-c", scan])).stdout;
}

test("metrics are of this machine: it works and hears, and they show it", async () => {
  const before = await latest();
  // Processor time, not time: what else this computer does must not decide.
  await inside("sh -c 'ulimit -t 2; while :; do :; done' || :");
  const after = await latest();
  expect(after.user + after.system - before.user - before.system).toBeGreaterThan(1);
  expect(after.memory).toBe(1024 ** 3);
  expect(after.disk).toBe(25 * 1024 ** 3);
  expect(after.free).toBeGreaterThan(0);
  expect(after.free).toBeLessThan(after.disk);
  expect(after.inbound).toBeGreaterThan(0);
});

interface Figures {
  readonly user: number;
  readonly system: number;
  readonly memory: number;
  readonly disk: number;
  readonly free: number;
  readonly inbound: number;
}

/** Lets more time go by than an older sample speaks for, and asks for what was seen at its end. */
async function latest(): Promise<Figures> {
  clock.advance(600_000);
  const at = clock.now().getTime() / 1000;
  const value = async (metric: string, label = "", more = ""): Promise<number | undefined> => {
    const url = `/v2/monitoring/metrics/droplet/${metric}?host_id=${droplet.id}&start=${at}&end=${at}${more}`;
    const { data } = await call<{ data: { result: { metric: { mode?: string }; values: [number, string][] }[] } }>(
      "GET",
      url,
    );
    const series = data.result.find(({ metric: { mode } }) => label === "" || mode === label);
    return series === undefined ? undefined : Number(series.values[0]?.[1]);
  };
  // The machine is looked at beside the requests.
  await until(async () => (await value("load_1")) !== undefined);
  return {
    user: (await value("cpu", "user")) ?? NaN,
    system: (await value("cpu", "system")) ?? NaN,
    memory: (await value("memory_total")) ?? NaN,
    disk: (await value("filesystem_size")) ?? NaN,
    free: (await value("filesystem_free")) ?? NaN,
    inbound: (await value("bandwidth", "", "&interface=public&direction=inbound")) ?? 0,
  };
}
