import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { prepareBackend, pulumiVariables, searchPath } from "../../cli/environment";
import { home as homeOf, projectRoot } from "../../cli/home";
import { ConnectingHome, type Ended } from "./connecting";
import { RecordedPulumi, SeenProcesses } from "./seen-processes";

const day = 86_400_000;

describe("deploy4me token", () => {
  let home: ConnectingHome;
  let project: string;
  let variables: NodeJS.ProcessEnv;
  let recorded: RecordedPulumi;

  beforeAll(async () => {
    home = await ConnectingHome.open();
    await home.register("Shop", false);
    const { code, errors } = await home.connect(["--name", "main", "--application", "Shop"]);
    if (code !== 0) throw new Error(errors);
    const own = homeOf({ DEPLOY4ME_HOME: home.sandbox.home });
    prepareBackend(own);
    project = join(home.sandbox.home, "project");
    mkdirSync(project);
    writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "test", runtime: "nodejs" }));
    recorded = new RecordedPulumi(join(home.sandbox.home, "bin"), searchPath(own));
    const needed = pulumiVariables(own, { apiUrl: home.sandbox.apiUrl, tokenFile: "", deployer: "" });
    variables = { ...needed, PATH: recorded.path };
    pulumi("stack", "init", "one", "--no-select");
  });
  afterAll(() => home.close());

  const pulumi = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
      cwd: project,
      env: { ...process.env, ...variables },
      encoding: "utf8",
      timeout: 60_000,
    });
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    return stdout.trim();
  };
  const supply = (args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    home.run(["token", ...args], { ...variables, ...environment });
  const toStack = (...more: string[]): Promise<Ended> => supply(["--stack", "one", "--cwd", project, ...more]);
  const configuration = (): string => readFileSync(join(project, "Pulumi.one.yaml"), "utf8");
  const accessToken = async (): Promise<string> => {
    const { credentials } = await home.entry("main");
    if (credentials.kind !== "digitalocean-oauth") throw new Error(credentials.kind);
    return credentials.accessToken;
  };

  test("puts the token into the stack as a secret, through no argument and no environment", async () => {
    const token = await accessToken();
    const processes = new SeenProcesses();
    const { code, output, errors } = await toStack();
    const seen = await processes.stop();
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toMatch(/^the stack one has the token of «main» as digitalocean:token, good until 20\d\d-.*Z\.\n$/);
    expect(pulumi("config", "get", "digitalocean:token", "--stack", "one")).toBe(token);
    expect(configuration()).toMatch(/digitalocean:token:\n\s+secure: /);
    // Not by `toContain`, which would show everybody's environment when it fails.
    expect([output, configuration(), seen, recorded.seen].map((text) => text.includes(token))).not.toContain(true);
    expect(seen.includes("dist/cli/main.js\0token")).toBe(true);
    expect(recorded.seen).toContain("pulumi config set --secret digitalocean:token --stack one");
  });

  test("leaves a stack alone that has the token", async () => {
    await toStack();
    const before = configuration();
    const { code, output } = await toStack();
    expect([code, output]).toEqual([0, expect.stringContaining("the stack one has the token of «main» already")]);
    expect(configuration()).toBe(before);
  });

  test("renews a token that nears its end, and the stack has the new one", async () => {
    const old = await accessToken();
    await endsIn(day);
    expect((await toStack()).code).toBe(0);
    const token = await accessToken();
    expect(token).not.toBe(old);
    expect(pulumi("config", "get", "digitalocean:token", "--stack", "one")).toBe(token);
    expect([await home.sandbox.isLetIn(old), await home.sandbox.isLetIn(token)]).toEqual([false, true]);
  });

  test("finds pulumi where the project keeps it when it is nowhere else", async () => {
    const { code, errors } = await supply(["--stack", "one", "--cwd", project], { PATH: "/usr/bin:/bin" });
    expect([code, errors]).toEqual([0, ""]);
  });

  test("says in Pulumi's words what is wrong with the stack, without the token", async () => {
    const { code, output, errors } = await supply(["--stack", "none", "--cwd", project]);
    expect([code, output]).toEqual([1, ""]);
    expect(errors).toMatch(/^deploy4me: the stack none did not get digitalocean:token: .*no stack named 'none' found/s);
    expect(errors).not.toContain(await accessToken());
  });

  test("says which connection is missing", async () => {
    const { code, errors } = await toStack("--connection", "other");
    expect([code, errors]).toEqual([
      1,
      expect.stringContaining("there is no connection «other» to DigitalOcean, but main"),
    ]);
  });

  test("writes it into a file that only its owner may read, or to an open descriptor, and shows it nowhere", async () => {
    const token = await accessToken();
    const file = join(home.sandbox.home, "token-file");
    const { code, output } = await supply(["--file", file]);
    expect([code, output]).toEqual([0, expect.stringContaining(`${file} has the token of «main», good until`)]);
    expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([`${token}\n`, 0o600]);
    expect(output).not.toContain(token);

    const open = openSync(join(home.sandbox.home, "descriptor"), "w", 0o600);
    const main = join(projectRoot(), "dist/cli/main.js");
    const ended = spawnSync(process.execPath, [main, "token", "--descriptor", "3"], {
      env: { ...home.environment, ...variables },
      stdio: ["ignore", "pipe", "pipe", open],
      encoding: "utf8",
      timeout: 60_000,
    });
    expect([ended.status, ended.stderr]).toEqual([0, ""]);
    expect(readFileSync(join(home.sandbox.home, "descriptor"), "utf8")).toBe(`${token}\n`);
    expect(ended.stdout).not.toContain(token);
  });

  test.each([
    [[]],
    [["--stack", "one", "--file", "x"]],
    [["--descriptor", "1"]],
    [["--descriptor", "2"]],
    [["--descriptor", "x"]],
  ])("has to be told where the token goes, once, and never prints it: %j", async (args) => {
    const { code, output, errors } = await supply(args);
    expect([code, output, errors]).toEqual([1, "", expect.stringContaining("say where the token is to go")]);
  });

  test("says when a descriptor is not open", async () => {
    const { code, errors } = await supply(["--descriptor", "77"]);
    expect([code, errors]).toEqual([1, expect.stringContaining("file descriptor 77 can't be written to")]);
  });

  test("says that a person is needed, and the stack keeps what it has", async () => {
    const before = configuration();
    for (const token of await liveTokens()) await home.sandbox.admin("DELETE", `/oauth/tokens/${token}`);
    await endsIn(day);
    const { code, output, errors } = await toStack();
    expect([code, output]).toEqual([1, ""]);
    expect(errors).toContain("The connection «main» has to be made anew");
    expect(configuration()).toBe(before);
  });

  /** As if the token had been given 29 days ago. */
  async function endsIn(ms: number): Promise<void> {
    const at = (offset: number) => new Date(Date.now() + offset).toISOString();
    await home.change("main", ({ credentials }) => ({
      credentials: { ...credentials, issued: at(ms - 30 * day), expires: at(ms) } as typeof credentials,
    }));
  }

  async function liveTokens(): Promise<readonly string[]> {
    const { tokens } = (await home.sandbox.admin("GET", "/oauth/tokens")) as {
      tokens: { id: string; kind: string; live: boolean }[];
    };
    return tokens.filter(({ kind, live }) => kind === "oauth" && live).map(({ id }) => id);
  }
});

test("who looks at processes sees arguments and environments", async () => {
  const processes = new SeenProcesses();
  const child = spawn("sleep", ["60.201"], { env: { CANARY: "in-the-environment" } });
  await once(child, "spawn");
  await processes.look();
  child.kill();
  const seen = await processes.stop();
  expect([seen.includes("sleep\x0060.201"), seen.includes("CANARY=in-the-environment")]).toEqual([true, true]);
});
