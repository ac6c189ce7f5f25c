import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Home, home as homeOf } from "../../../cli/home";
import { type PulumiResult, tryPulumi } from "../../../cli/pulumi";
import { FaultyApi, token } from "../../sandbox/faults/faulty-api";

jest.setTimeout(180_000);

/** What people see of it: the engine, and the sandbox's API. On a bad day of its: `../digitalocean/connection.test.ts`. */
describe("the connection check, on the engine", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-connection-"));
  const project = join(directory, "project");
  const tokenFile = join(directory, "token");
  let api: FaultyApi;
  let home: Home;
  let said = "";

  interface Setting {
    readonly input?: string;
    readonly environment?: Record<string, string>;
  }
  const attempt = async (args: readonly string[], { environment, input }: Setting = {}): Promise<PulumiResult> => {
    const options = { cwd: project, timeoutMs: 120_000, ...(environment && { environment }), ...(input && { input }) };
    const cloud = { apiUrl: api.origin, tokenFile, deployer: "203.0.113.7/32" };
    const result = await tryPulumi(home, cloud, [...args, "--stack", "check"], options);
    said += result.stdout + result.stderr;
    return result;
  };
  const run = async (args: readonly string[], setting?: Setting): Promise<string> => {
    const { code, stdout, stderr } = await attempt(args, setting);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const refused = async (args: readonly string[], setting?: Setting): Promise<string> => {
    const { code, stdout, stderr } = await attempt(args, setting);
    expect(code).not.toBe(0);
    return stdout + stderr;
  };
  const account = async () =>
    (JSON.parse((await api.get("/v2/account")).body) as { account: { uuid: string; team: { uuid: string } } }).account;

  beforeAll(async () => {
    api = await FaultyApi.open();
    home = homeOf({ DEPLOY4ME_HOME: directory });
    writeFileSync(tokenFile, token, { mode: 0o600 });
    mkdirSync(project);
    const main = require.resolve("./connection-check-program");
    writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "test", runtime: "nodejs", main }));
    await run(["stack", "init"]);
  });
  afterEach(() => {
    api.faults.clearAll();
  });
  afterAll(async () => {
    await api.close();
    rmSync(directory, { recursive: true });
  });

  test("ends an update before anything is made, when the token is another team's", async () => {
    const { uuid, team } = await account();
    const environment = { DEPLOY4ME_TEST_ACCOUNT: uuid, DEPLOY4ME_TEST_TEAM: "0c9a5d5e-6c0b-4f5e-9d0c-00000000000b" };
    const text = await refused(["up", "--yes", "--skip-preview"], { environment });
    expect(text).toContain(
      `The token belongs to another team: sandbox@deploy4me.example (${uuid}), team «My Team» (${team.uuid})`,
    );
    expect(api.cloud.state.tags).toEqual([]);
  });

  test("says that there is no token", async () => {
    const text = await refused(["preview"], { environment: { DIGITALOCEAN_TOKEN: "" } });
    expect(text).toContain("there is no token for DigitalOcean. Supply one with");
  });

  test("says that an address is none", async () => {
    const text = await refused(["preview"], { environment: { DIGITALOCEAN_API_URL: "api.digitalocean.com" } });
    expect(text).toContain("has to begin with https:// or http://. Correct DIGITALOCEAN_API_URL");
  });

  test("lets everything be made when the connection works, and changes nothing a second time, nor after a refresh", async () => {
    const { uuid, team } = await account();
    const environment = { DEPLOY4ME_TEST_ACCOUNT: uuid, DEPLOY4ME_TEST_TEAM: team.uuid };
    await run(["up", "--yes", "--skip-preview"], { environment });
    expect(api.cloud.state.tags).toHaveLength(1);
    await run(["up", "--yes", "--skip-preview", "--expect-no-changes", "--refresh"], { environment });
  });

  test("shows another expectation as a change, and holds it against the account at once", async () => {
    const { team } = await account();
    expect(await run(["preview", "--diff"], { environment: { DEPLOY4ME_TEST_TEAM: team.uuid } })).toMatch(
      /~ .*ConnectionCheck: \(update\)/,
    );
    expect(await refused(["preview"], { environment: { DEPLOY4ME_TEST_ACCOUNT: "another" } })).toContain(
      "property account value {another} has a problem: The token belongs to another account",
    );
  });

  test("takes the token from the stack's configuration before the environment, and no state of it has it", async () => {
    await run(["config", "set", "--secret", "digitalocean:token"], { input: token });
    const environment = { DIGITALOCEAN_TOKEN: "dop_v1_of_somebody_else" };
    await run(["up", "--yes", "--skip-preview"], { environment });
    await run(["preview", "--expect-no-changes"], { environment });
    const state = JSON.parse(await run(["stack", "export"])) as {
      readonly deployment: { readonly resources: readonly { readonly type: string; readonly inputs?: object }[] };
    };
    const check = state.deployment.resources.find(({ type }) => type.endsWith(":ConnectionCheck"));
    expect(Object.keys(check?.inputs ?? {})).toEqual(["__provider"]);
    expect(JSON.stringify(state)).not.toContain(token);
  });

  test("says no token, whatever goes wrong", () => {
    expect(said).not.toContain(token);
    expect(said).not.toContain("dop_v1_of_somebody_else");
  });
});
