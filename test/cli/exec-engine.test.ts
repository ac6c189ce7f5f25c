import { readFileSync } from "node:fs";
import { join } from "node:path";

import { manyTokens } from "../../sandbox/digitalocean/access";
import { FaultyApi } from "../sandbox/faults/faulty-api";
import { engineProject, engineVariables } from "./exec-engine";
import { type Ended, ExecHome } from "./executing";

const first = "doo_v1_canary_of_the_first_token_0123456789";
const second = "doo_v1_canary_of_the_second_token_0123456789";

describe("deploy4me exec -- pulumi", () => {
  let api: FaultyApi;
  let home: ExecHome;
  let project: string;
  beforeAll(async () => {
    api = await FaultyApi.open({ access: manyTokens({ [first]: "all", [second]: "all" }) });
    home = new ExecHome();
    await home.connect(api.origin, first);
    project = engineProject(home);
    await pulumi("stack", "init", "engine");
  });
  afterAll(async () => {
    await home.close();
    await api.close();
  });

  const exec = async (...command: string[]): Promise<Ended> => {
    const ended = await home.run(["--stack", "engine", "--", ...command], {
      environment: engineVariables(home),
      cwd: project,
    });
    if (ended.code !== 0) throw new Error(`${command.join(" ")}: ${ended.stdout}${ended.stderr}`);
    return ended;
  };
  const pulumi = (...args: string[]): Promise<Ended> =>
    exec("pulumi", ...args, "--non-interactive", "--color", "never");
  const up = (...more: string[]): Promise<Ended> =>
    pulumi("up", "--yes", "--skip-preview", "--stack", "engine", ...more);
  const preview = (): Promise<Ended> =>
    pulumi("preview", "--diff", "--refresh", "--expect-no-changes", "--stack", "engine");
  const state = async (): Promise<string> =>
    (await pulumi("stack", "export", "--show-secrets", "--stack", "engine")).stdout;
  /** The value of a variable, and what pulumi says in the same surroundings. */
  const withVariable = async (name: string, command: string): Promise<readonly [string, string]> => {
    const line = `printenv ${name} && exec pulumi ${command} --stack engine --non-interactive --color never`;
    const { stdout } = await exec("sh", "-c", line);
    const end = stdout.indexOf("\n");
    return [stdout.slice(0, end), stdout.slice(end + 1)];
  };

  test("makes what a program asks for, and another guard with another token is no change", async () => {
    const [one] = await withVariable("DIGITALOCEAN_API_URL", "up --yes --skip-preview");
    expect(api.cloud.state.tags).toContain("through-the-guard");
    await home.connect(api.origin, second);
    const [other] = await withVariable("DIGITALOCEAN_API_URL", "preview --diff --refresh --expect-no-changes");
    expect([one, other]).toEqual([expect.stringMatching(/^http/), expect.stringMatching(/^http/)]);
    expect(other).not.toBe(one);
  });

  test("keeps no token, no ticket and no address in the state", async () => {
    const [ticket, text] = await withVariable("DIGITALOCEAN_TOKEN", "stack export --show-secrets");
    expect(ticket.length).toBeGreaterThan(20);
    expect(text).toContain("through-the-guard");
    for (const secret of [first, second, ticket, "127.0.0.1"]) expect(text).not.toContain(secret);
  });

  test("and with the ticket as the stack's secret there is no change either, whatever the token is", async () => {
    await exec(
      "sh",
      "-c",
      "printenv DIGITALOCEAN_TOKEN | pulumi config set --secret digitalocean:token --stack engine",
    );
    await up();
    await home.connect(api.origin, first);
    await preview();
    expect(readFileSync(join(project, "Pulumi.engine.yaml"), "utf8")).toMatch(/digitalocean:token:\n +secure:/);
    expect(await state()).not.toContain(first);
  });

  test("says what is wrong when the API is behind a block page, and not that something can't be parsed", async () => {
    const fault = api.add({ kind: "blocked", count: "unlimited" });
    const refresh = exec(
      "pulumi",
      "preview",
      "--refresh",
      "--stack",
      "engine",
      "--non-interactive",
      "--color",
      "never",
    );
    const said = await refresh.then(
      () => "it did not fail",
      (error: unknown) => String(error),
    );
    expect(said).toMatch(/refuses requests from here.*error 1020.*another network/s);
    expect(said).not.toContain("invalid character");
    api.faults.clear(fault);
  });
});
