import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import type { Driver } from "../../../driver/driver";
import { SqliteLeases } from "../../../driver/lease/sqlite-leases";
import type { SweepOptions } from "../../../driver/sweep/sweep";
import { WrittenIntents } from "../../../guard/intents/intents";
import { noPace, noWatch } from "../../../guard/interfaces";
import { type Guard, startGuard } from "../../../guard/server";
import { StackTickets } from "../../../guard/tickets";
import { HandedToken } from "../../guard/guarded";
import { small, token } from "../../sandbox/digitalocean/api";
import { Bed, failureOf } from "../fixture";
import type { CloudRequest } from "../programs/cloud";

/** A deployment that the state knows, what a guard has made beside it, and what others have. The project is `test`. */
let bed: Bed;
let leases: SqliteLeases;
let intents: WrittenIntents;
let guard: Guard;
let driver: Driver<CloudRequest>;
const tickets = new StackTickets(randomBytes(32));
const request: CloudRequest = { name: "office", tags: 0, vpc: "network" };

beforeAll(async () => {
  bed = await Bed.open();
  leases = new SqliteLeases(join(bed.home, "leases.db"));
  const upstream = new URL(bed.api.origin);
  const log = (): void => undefined;
  intents = WrittenIntents.open({ file: join(bed.home, "guard.db"), upstream, log });
  // Whoever asks has the stack: what leases are for is tested elsewhere.
  const parts = { tickets, intents, leases: { held: (stack: string) => ({ stack, epoch: 1 }) } };
  const tokens = new HandedToken(token);
  guard = await startGuard({ upstream, account: "account", tokens, pace: noPace, watch: noWatch, log, ...parts });
  driver = bed.driver({ leases, credentials: { mode: "guard", environment, creations: () => intents } });
  await driver.up(request).result;
});
afterAll(async () => {
  await guard.close();
  await intents.close();
  await bed.close();
});

function environment({ project, stack }: { readonly project: string; readonly stack: string }) {
  return Promise.resolve({
    DIGITALOCEAN_API_URL: guard.url,
    DIGITALOCEAN_TOKEN: tickets.issue(`${project}/${stack}`),
  });
}

/** As an operation's provider makes something, of which the state then knows nothing. */
async function made(
  path: string,
  body: object,
  stack = "test/office",
): Promise<Record<string, { readonly id: number }>> {
  const headers = { authorization: `Bearer ${tickets.issue(stack)}`, "content-type": "application/json" };
  const answer = await fetch(`${guard.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.ok).toBe(true);
  await bed.api.cloud.settled();
  return (await answer.json()) as Record<string, { readonly id: number }>;
}

const sweep = (options: SweepOptions = {}) => driver.sweep(options).result;
const machine = (name: string): object => ({ ...small, name });

test("what a state has is no finding, nor is what is called otherwise", async () => {
  await bed.api.droplet("somebodys");
  expect(await sweep()).toEqual({ findings: [], stacks: 1, unreadable: [], removed: [], failed: [] });
});

test("what is called like ours is reported, with its age and its price, and never removed", async () => {
  const id = await bed.api.droplet("test-office-wiki", { tags: ["test-office-server"] });
  const path = `/v2/droplets/${id}`;
  const { findings } = await sweep();
  expect(findings).toEqual([
    expect.objectContaining({ type: "droplet", path, known: "name", stack: "test/office", monthly: 6 }),
    expect.objectContaining({ type: "tag", path: "/v2/tags/test-office-server", monthly: 0 }),
  ]);
  expect(Date.now() - (findings[0]?.created ?? 0)).toBeLessThan(600_000);
  const failure = await failureOf(sweep({ remove: [path] }));
  expect(failure).toMatchObject({ code: "NOT_SWEPT", refused: [{ path }] });
  expect((await bed.api.get(path)).status).toBe(200);
  await bed.api.delete(path);
  await bed.api.delete("/v2/tags/test-office-server");
  await bed.api.cloud.settled();
});

test("what our own record names is removed when somebody asks for it, and only then", async () => {
  // Not called like ours: the record alone says whose it is.
  const droplet = (await made("/v2/droplets", machine("lost"))).droplet!.id;
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4D8RkPoxYXYxXvWqjA0bSs5rY0eCkCvBvBvBvBvBvB lost";
  const sshKey = (await made("/v2/account/keys", { name: "lost", public_key: key })).ssh_key!.id;
  const foreign = (await made("/v2/droplets", machine("elsewhere"), "default")).droplet!.id;
  const [first, second] = [`/v2/droplets/${droplet}`, `/v2/account/keys/${sshKey}`];
  const { findings, removed } = await sweep();
  expect(findings.map(({ path, known }) => [path, known])).toEqual([
    [first, "record"],
    [second, "record"],
  ]);
  expect(removed).toEqual([]);
  // One that is not to be removed, and nothing is.
  const both = { remove: [first, `/v2/droplets/${foreign}`] };
  expect(await failureOf(sweep(both))).toMatchObject({ code: "NOT_SWEPT" });
  expect((await bed.api.get(first)).status).toBe(200);
  const report = await sweep({ remove: [first] });
  expect(report.removed.map(({ path }) => path)).toEqual([first]);
  expect(report.findings.map(({ path }) => path)).toEqual([second]);
  await bed.api.cloud.settled();
  expect((await bed.api.get(first)).status).toBe(404);
  expect((await bed.api.get(`/v2/droplets/${foreign}`)).status).toBe(200);
  await sweep({ remove: [second] });
});

test("an address is reported and never removed: it may be somebody else's by now", async () => {
  const { reserved_ip } = await made("/v2/reserved_ips", { region: "fra1" });
  const path = `/v2/reserved_ips/${(reserved_ip as unknown as { ip: string }).ip}`;
  expect((await sweep()).findings).toEqual([expect.objectContaining({ path, known: "record", monthly: 5 })]);
  expect(await failureOf(sweep({ remove: [path] }))).toMatchObject({ code: "NOT_SWEPT" });
  await bed.api.delete(path);
});

test("what can't be removed now says why", async () => {
  const vpc = (await made("/v2/vpcs", { name: "lost", region: "fra1", ip_range: "10.77.0.0/24" })).vpc!.id;
  const inside = await bed.api.droplet("inside", { vpc_uuid: vpc });
  const path = `/v2/vpcs/${vpc}`;
  const { failed, findings } = await sweep({ remove: [path] });
  expect(failed).toEqual([{ path, why: expect.stringMatching(/403.*member/i) as string }]);
  expect(findings.map((one) => one.path)).toEqual([path]);
  await bed.api.delete(`/v2/droplets/${inside}`);
  await bed.api.cloud.settled();
  expect((await sweep({ remove: [path] })).removed).toHaveLength(1);
});

test("nothing of a stack that is being worked on is removed, nor anything while a state can't be read", async () => {
  const path = `/v2/droplets/${(await made("/v2/droplets", machine("lost"))).droplet!.id}`;
  const lease = await leases.acquire({ stack: { project: "test", stack: "office" }, operation: "o", kind: "up" });
  expect(await failureOf(sweep({ remove: [path] }))).toMatchObject({ code: "NOT_SWEPT" });
  await lease.release();
  const folder = join(bed.home, "state", ".pulumi", "stacks", "other");
  mkdirSync(folder);
  writeFileSync(join(folder, "broken.json"), "{");
  expect(await sweep()).toMatchObject({ unreadable: [{ project: "other", stack: "broken" }] });
  expect(await failureOf(sweep({ remove: [path] }))).toMatchObject({ code: "NOT_SWEPT" });
  rmSync(folder, { recursive: true });
  expect((await sweep({ remove: [path] })).removed).toHaveLength(1);
});

test("all pages of a listing are read", async () => {
  for (let at = 0; at < 205; at++) await bed.api.post("/v2/tags", { name: `test-many-${at}` });
  expect((await sweep()).findings).toHaveLength(205);
});

test("a cloud that does not answer ends it in time", async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const elsewhere = { DIGITALOCEAN_API_URL: url, DIGITALOCEAN_TOKEN: token };
  const other = bed.driver({ leases, credentials: { mode: "guard", environment: () => Promise.resolve(elsewhere) } });
  expect(await failureOf(other.sweep({ timeoutMs: 300 }).result)).toMatchObject({ code: "SWEEP_TIMED_OUT" });
  server.closeAllConnections();
  server.close();
});

test("a backend whose stacks can't be listed is refused", async () => {
  const other = bed.driver({ leases, backend: "s3://bucket", credentials: { mode: "guard", environment } });
  expect(await failureOf(other.sweep().result)).toMatchObject({ code: "BACKEND_NOT_LISTED" });
});
