import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { CloudAccess } from "../../../cli/environment";
import { home as homeOf, type Home } from "../../../cli/home";
import { pulumi, type PulumiResult } from "../../../cli/pulumi";
import { oneToken } from "../../../sandbox/digitalocean/access";
import { Cloud } from "../../../sandbox/digitalocean/cloud";
import { buildApi } from "../../../sandbox/digitalocean/server";
import { fileStore } from "../../../sandbox/digitalocean/store";
import { RecordedHosts } from "../../sandbox/digitalocean/recorded-hosts";

const token = "token-of-the-engine-test";
const admin = "203.0.113.7/32";

jest.setTimeout(180_000);

/** The components on the real engine, against the sandbox's API with nothing behind it: no machine boots. */
describe("a deployment's cloud resources, on the engine", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-engine-"));
  const project = join(directory, "project");
  let api: FastifyInstance;
  let cloud: Cloud;
  let home: Home;
  let access: CloudAccess;

  beforeAll(async () => {
    cloud = await Cloud.open({
      store: fileStore(join(directory, "cloud.json")),
      hosts: new RecordedHosts(),
      log: () => undefined,
    });
    api = buildApi({ cloud, access: oneToken(token), log: () => undefined });
    const apiUrl = await api.listen({ host: "127.0.0.1", port: 0 });
    home = homeOf({ DEPLOY4ME_HOME: directory });
    const tokenFile = join(directory, "token");
    writeFileSync(tokenFile, token, { mode: 0o600 });
    access = { apiUrl, tokenFile, deployer: admin };
    mkdirSync(project);
    const main = require.resolve("./engine-program");
    writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "test", runtime: "nodejs", main }));
    await run("stack", "init", "engine");
  });
  afterAll(async () => {
    await cloud.settled();
    await api.close();
    rmSync(directory, { recursive: true });
  });

  const run = (...args: string[]): Promise<PulumiResult> => runAs(admin, ...args);
  const runAs = (adminAccess: string, ...args: string[]): Promise<PulumiResult> =>
    pulumi(home, access, args, {
      cwd: project,
      timeoutMs: 120_000,
      environment: { DEPLOY4ME_ADMIN_ACCESS: adminAccess },
    });
  const up = (...more: string[]) => run("up", "--yes", "--skip-preview", "--stack", "engine", ...more);
  const outputs = async () =>
    z
      .record(z.string(), z.string())
      .parse(JSON.parse((await run("stack", "output", "--json", "--stack", "engine")).stdout));
  const state = async () => (await run("stack", "export", "--stack", "engine")).stdout;
  const call = async (method: string, path: string): Promise<unknown> => {
    const response = await fetch(`${access.apiUrl}/v2/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(10_000),
    });
    await cloud.settled();
    return response.status === 204 ? undefined : response.json();
  };
  const droplets = async () =>
    z
      .object({ droplets: z.array(z.object({ id: z.number(), name: z.string() })) })
      .parse(await call("GET", "droplets"))
      .droplets.map(({ id, name }) => `${id} ${name}`)
      .sort();
  test("are made, and then nothing is left to change, nor after a refresh", async () => {
    await up();
    await up("--expect-no-changes", "--refresh");
  });

  test("hold no private key in plain text", async () => {
    const text = await state();
    expect(text).toContain("ssh-ed25519 ");
    expect(text).not.toContain("PRIVATE KEY");
  });

  test("come back when the bastion was deleted behind our back: it alone, with its address, its key and what was on it", async () => {
    const before = await outputs();
    await call("DELETE", `droplets/${before.bastion ?? ""}`);
    const { stdout } = await run("up", "--yes", "--stack", "engine");
    const [preview = "", update] = stdout.split("\nUpdating");
    expect(preview).toMatch(/\+-.*bastion-droplet.*replace/);
    expect(stdout).not.toMatch(/wiki-droplet/);
    expect(update).toMatch(/\+-.*bastion-droplet.*replaced/);
    const after = await outputs();
    expect(after).toEqual({ ...before, bastion: after.bastion, onBastion: after.onBastion });
    expect(after.bastion).not.toBe(before.bastion);
    expect(after.onBastion).not.toBe(before.onBastion);
    await up("--expect-no-changes");
  });

  test("let an administrator in whose address changed: by another bastion alone", async () => {
    const before = await outputs();
    await runAs("198.51.100.7/32", "up", "--yes", "--skip-preview", "--stack", "engine");
    const after = await outputs();
    expect(after).toEqual({ ...before, bastion: after.bastion, onBastion: after.onBastion });
    expect(after.bastion).not.toBe(before.bastion);
    await expect(droplets()).resolves.toHaveLength(2);
  });

  test("go without a trace", async () => {
    await run("destroy", "--yes", "--skip-preview", "--stack", "engine");
    await expect(droplets()).resolves.toEqual([]);
  });
});
