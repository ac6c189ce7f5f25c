import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Home, home as homeOf } from "../../../cli/home";
import { type PulumiResult, tryPulumi } from "../../../cli/pulumi";
import { FaultyApi, token } from "../../sandbox/faults/faulty-api";

jest.setTimeout(180_000);

/** A deployment that is previewed on the engine, at the sandbox's API on a bad day. */
describe("the preview of a deployment", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-previewed-"));
  const project = join(directory, "project");
  const tokenFile = join(directory, "token");
  let api: FaultyApi;
  let home: Home;

  const attempt = (args: readonly string[], environment: Record<string, string> = {}): Promise<PulumiResult> => {
    const cloud = { apiUrl: api.origin, tokenFile, deployer: "203.0.113.7/32" };
    return tryPulumi(home, cloud, [...args, "--stack", "check"], { cwd: project, timeoutMs: 120_000, environment });
  };

  beforeAll(async () => {
    api = await FaultyApi.open();
    home = homeOf({ DEPLOY4ME_HOME: directory });
    writeFileSync(tokenFile, token, { mode: 0o600 });
    mkdirSync(project);
    const main = require.resolve("./connection-program");
    writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "test", runtime: "nodejs", main }));
    await attempt(["stack", "init"]);
  });
  afterEach(() => {
    api.faults.clearAll();
  });
  afterAll(async () => {
    await api.close();
    rmSync(directory, { recursive: true });
  });

  test("is of everything, the connection first, when it works", async () => {
    const { code, stdout } = await attempt(["preview"]);
    expect(stdout).toMatch(/ConnectionCheck office-connection create/);
    expect(stdout.indexOf("office-connection")).toBeLessThan(stdout.indexOf("office-network-vpc"));
    expect(code).toBe(0);
  });

  test("ends with one sentence, when the token is revoked: not with what else can't be asked then", async () => {
    api.add({ kind: "token-revoked" });
    const { code, stdout, stderr } = await attempt(["preview"]);
    expect(stdout).toContain(
      "resource 'office-connection' has a problem: DigitalOcean does not take the token: it was revoked, or was never one of DigitalOcean's.",
    );
    expect(stdout).toMatch(/\+ \d+ to create\n\s+1 errored/);
    expect(stdout + stderr).not.toMatch(/Unable to authenticate|invocation of|serializing|at .*\.js:/);
    expect(code).not.toBe(0);
  });

  test("ends with one sentence after a challenge, which names the ray", async () => {
    api.add({ kind: "challenge", status: 200 });
    const { code, stdout, stderr } = await attempt(["preview"]);
    expect(stdout).toMatch(
      /check for robots that only a browser can pass \(ray id [0-9a-f]{16}-FRA\).*another network/s,
    );
    expect(stdout + stderr).not.toMatch(/invocation of|invalid character|serializing/);
    expect(code).not.toBe(0);
  });

  test("ends before anything is asked for, when the team is another one", async () => {
    const { code, stdout } = await attempt(["preview"], { DEPLOY4ME_TEST_TEAM: "another" });
    expect(stdout).toContain("The token belongs to another team");
    expect(stdout).not.toMatch(/office-network-vpc|office-bastion-droplet/);
    expect(code).not.toBe(0);
  });

  test("tells what else goes wrong, when it is not the connection", async () => {
    api.add({ kind: "not-found", route: "/v2/sizes" });
    const { code, stdout, stderr } = await attempt(["preview"]);
    expect(stdout + stderr).toMatch(/getSizes.*404/);
    expect(code).not.toBe(0);
  });
});
