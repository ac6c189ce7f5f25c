import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { SqliteLeases } from "../../../driver/lease/sqlite-leases";
import { type Credentials, localTenant } from "../../../oauth/connection";
import { openEmbeddedVault } from "../../../oauth/vault/embedded";
import { TestApi, token } from "../../sandbox/digitalocean/api";
import { at, ProjectHome, wiki } from "./projects";

jest.setTimeout(120_000);

interface Finding {
  readonly type: string;
  readonly path: string;
  readonly known: string;
  readonly stack?: string;
  readonly keeps?: string;
}

/** What a state that was put back has lost, by the command and the guard's own record. Each test goes on where the one before ended. */
let api: TestApi;
let home: ProjectHome;
let lost: Readonly<Record<string, string>>;

beforeAll(async () => {
  api = await TestApi.open();
  home = new ProjectHome(join(__dirname, "paper-record-main.js"));
  home.write(wiki);
});
afterAll(async () => {
  await home.close();
  await api.close();
});

// SSH keys are listed a few times a minute for one connection, so there are two.
const main = ["--connection", "main"];
const second = ["--connection", "second"];

async function connected(name: string, credentials: Credentials): Promise<void> {
  const vault = await openEmbeddedVault(join(home.directory, "connections"));
  await vault.add({ tenant: localTenant, name, credentials });
  await vault.close();
}

async function found(): Promise<readonly Finding[]> {
  const { end } = await home.json("sweep", ...main);
  expect(end.exitCode).toBe(0);
  return at(end, "findings") as Finding[];
}

async function isThere(path: string): Promise<boolean> {
  await api.cloud.settled();
  return (await api.get(path)).status === 200;
}

async function refused(why: string, ...paths: readonly string[]): Promise<void> {
  const { end } = await home.json("sweep", ...second, "--remove", ...paths);
  expect(end).toMatchObject({ exitCode: 2, error: { code: "NOT_SWEPT" } });
  expect(end.error?.message).toContain(why);
  for (const path of Object.values(lost)) expect(await isThere(path)).toBe(true);
}

test("without a connection to DigitalOcean it says what to do, and on AWS what it can't", async () => {
  expect(await home.json("sweep")).toMatchObject({ end: { exitCode: 1, error: { code: "NOT_CONNECTED" } } });
  const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "of-the-sweep-test" };
  await connected("aws", { kind: "aws-keys", region: "eu-central-1", ...key });
  for (const args of [[], ["--connection", "aws"]])
    expect(await home.json("sweep", ...args)).toMatchObject({
      end: { exitCode: 2, error: { code: "SWEEP_NOT_ON_AWS" } },
    });
});

test("what a state knows and what is others' is no finding", async () => {
  await home.connect(api.origin, token);
  expect((await home.run("up", "--yes")).code).toBe(0);
  await connected("second", { kind: "digitalocean-token", apiUrl: api.origin, token });
  await api.droplet("somebodys");
  expect(await home.run("sweep", ...main)).toMatchObject({
    code: 0,
    stdout: "Nothing is left over: compared with 1 state.\n",
  });
});

test("what was made and is in no state any more is reported, with what removes it; nothing is removed by itself", async () => {
  const backups = at((await home.json("state", "backups")).end, "backups") as { id: string }[];
  expect((await home.run("state", "restore", backups.at(-1)!.id, "--yes")).code).toBe(0);
  const findings = await found();
  expect(findings.map(({ type, known, stack, keeps }) => [type, known, stack, keeps])).toEqual(
    ["droplet", "VPC"].map((type) => [type, "record", "deploy4me/office", undefined]),
  );
  lost = Object.fromEntries(findings.map(({ type, path }) => [type, path]));
  const { code, stdout } = await home.run("sweep", ...second);
  expect(code).toBe(0);
  expect(stdout).toMatch(/droplet office-wiki +\$6\.00 a month +deploy4me\/office +may be removed/);
  expect(stdout).toContain(`deploy4me sweep --remove ${Object.values(lost).join(" ")}`);
  for (const path of Object.values(lost)) expect(await isThere(path)).toBe(true);
});

test("what is only called like ours stays, and so does everything that is named with it", async () => {
  const path = `/v2/droplets/${await api.droplet("deploy4me-office-blog")}`;
  await refused("only called like ours", lost.droplet!, path);
  await refused("it is no finding of this sweep", lost.droplet!, "/v2/droplets/999999");
  await api.delete(path);
});

test("an address that was made for a project stays: it may be somebody else's by now", async () => {
  const script = `fetch(process.env.DIGITALOCEAN_API_URL + "/v2/reserved_ips", { method: "POST", body: '{"region":"fra1"}',
    headers: { authorization: "Bearer " + process.env.DIGITALOCEAN_TOKEN, "content-type": "application/json" },
  }).then((answer) => process.exit(answer.ok ? 0 : 1))`;
  const made = await home.run("exec", ...main, "--stack", "deploy4me/office", "--", process.execPath, "-e", script);
  expect([made.code, made.stderr]).toEqual([0, ""]);
  const address = (await found()).find(({ type }) => type === "reserved IP");
  expect(address).toMatchObject({ known: "record", keeps: expect.stringContaining("somebody else's") as string });
  await refused("somebody else's", address!.path);
  await api.delete(address!.path);
});

test("nothing of a project that is being worked on is removed, nor anything while a state can't be read", async () => {
  const leases = new SqliteLeases(join(home.directory, "projects", "leases.db"));
  const lease = await leases.acquire({ stack: { project: "deploy4me", stack: "office" }, operation: "o", kind: "up" });
  await refused("being worked on", lost.droplet!);
  await lease.release();
  await leases.close();

  const folder = join(home.directory, "projects", "state", ".pulumi", "stacks", "other");
  mkdirSync(folder);
  writeFileSync(join(folder, "broken.json"), "{");
  await refused("can't be read", lost.droplet!);
  rmSync(folder, { recursive: true });
});

test("what can't be removed yet is told apart by the exit code, with the cloud's reason", async () => {
  const { code, stdout } = await home.run("sweep", ...main, "--remove", lost.VPC!);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/could not be removed: the cloud answered with 403/)]);
  expect(await isThere(lost.VPC!)).toBe(true);
});

test("what the record names goes on request", async () => {
  const { code, stdout } = await home.run("sweep", ...main, "--remove", lost.droplet!);
  expect([code, stdout]).toEqual([0, expect.stringContaining(`- ${lost.droplet!} is removed`)]);
  expect(await isThere(lost.droplet!)).toBe(false);
  expect(await isThere(lost.VPC!)).toBe(true);
  const { end } = await home.json("sweep", ...main, "--remove", lost.VPC!);
  expect(end).toMatchObject({ exitCode: 0, result: { findings: [], removed: [lost.VPC], failed: [] } });
  expect(await isThere(lost.VPC!)).toBe(false);
});
