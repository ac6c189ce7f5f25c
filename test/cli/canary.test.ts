import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { prepareBackend, pulumiVariables, searchPath } from "../../cli/environment";
import { home as homeOf } from "../../cli/home";
import { Canaries, filesIn } from "../oauth/canaries";
import { ConnectingHome } from "./connecting";
import { RecordedPulumi, SeenProcesses } from "./seen-processes";

/** Files that have secrets in the clear, because somewhere has to be what opens the rest. */
const own = /\/(keyring|applications)\.json$|\/ticket-key$/;

describe("after a connection's life in the terminal", () => {
  let home: ConnectingHome;
  beforeAll(async () => {
    home = await ConnectingHome.open();
    await home.register("Shop", false);
  });
  afterAll(() => home.close());

  test("no token, client secret or master key is in a file, a log, an output, an argument or an environment", async () => {
    const canaries = new Canaries();
    const outputs: string[] = [];
    const where = homeOf({ DEPLOY4ME_HOME: home.sandbox.home });
    const recorded = new RecordedPulumi(join(home.sandbox.home, "bin"), searchPath(where));
    const project = projectIn(home, where);
    const variables = {
      ...pulumiVariables(where, { apiUrl: home.sandbox.apiUrl, tokenFile: "", deployer: "" }),
      PATH: recorded.path,
      // As chatty as it gets.
      DEPLOY4ME_DEBUG: "1",
      DEBUG: "*",
    };
    const run = async (...args: string[]): Promise<void> => {
      const { output, errors } = await home.run(args, variables);
      outputs.push(output, errors);
    };
    const note = async (): Promise<void> => {
      const { credentials } = await home.entry("main");
      if (credentials.kind !== "digitalocean-oauth") throw new Error(credentials.kind);
      canaries.add("access token", credentials.accessToken);
      canaries.add("refresh token", credentials.refreshToken ?? "");
      const keyring = readFileSync(join(home.connections, "keyring.json"), "utf8");
      for (const { key } of (JSON.parse(keyring) as { keys: { key: string }[] }).keys)
        canaries.add("master key", Buffer.from(key, "base64url"));
    };
    canaries.add("client secret", home.sandbox.application("Shop").secret() ?? "");
    const stack = spawnSync("pulumi", ["stack", "init", "one", "--no-select", "--non-interactive"], {
      cwd: project,
      env: { ...process.env, ...variables },
      timeout: 60_000,
    });
    expect(stack.status).toBe(0);

    const processes = new SeenProcesses();
    const connected = await home.connect(["--name", "main", "--application", "Shop"], {});
    outputs.push(connected.output, connected.errors);
    await note();
    await run("connections");
    await run("doctor");
    await run("token", "--stack", "one", "--cwd", project);
    await run(
      "exec",
      "--",
      "sh",
      "-c",
      "env; printf 'header = \"Authorization: Bearer '$DIGITALOCEAN_TOKEN'\"' | curl -sSK - $DIGITALOCEAN_API_URL/v2/account",
    );
    await run("keys", "rotate");
    await note();
    await endsSoon(home);
    await home.sandbox.fault({ kind: "challenge", route: "POST /v1/oauth/token", count: 1 });
    await run("token", "--stack", "one", "--cwd", project);
    await home.sandbox.clearFaults();
    await run("token", "--stack", "one", "--cwd", project);
    await run("token", "--stack", "none", "--cwd", project);
    await note();
    await home.sandbox.fault({ kind: "server-error", status: 503, route: "POST /v1/oauth/revoke", count: 1 });
    await run("disconnect", "main");
    await run("token", "--stack", "one", "--cwd", project);
    await run("disconnect", "main");
    const seen = await processes.stop();

    expect(outputs.join("\n")).toMatch(/the stack one has the token of «main».*is disconnected/s);
    // What the account answered through the guard.
    expect(outputs.join("\n")).toContain('"email":"sandbox@deploy4me.example"');
    expect(canaries.count).toBeGreaterThan(9);
    expect(canaries.in(outputs.join("\n"))).toEqual([]);
    expect(canaries.in(seen)).toEqual([]);
    expect(canaries.in(recorded.seen)).toEqual([]);
    const files = [home.connections, project, where.state];
    expect(files.flatMap((folder) => canaries.inFiles(folder, (file) => own.test(file)))).toEqual([]);
    const open = filesIn(home.connections).filter((file) => (statSync(file).mode & 0o077) !== 0);
    expect(open).toEqual([]);
  });
});

function projectIn(home: ConnectingHome, where: ReturnType<typeof homeOf>): string {
  prepareBackend(where);
  const project = join(home.sandbox.home, "project");
  mkdirSync(project);
  writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "test", runtime: "nodejs" }));
  return project;
}

/** As if the token had been given 29 days ago. */
async function endsSoon(home: ConnectingHome): Promise<void> {
  const day = 86_400_000;
  const at = (offset: number) => new Date(Date.now() + offset).toISOString();
  await home.change("main", ({ credentials }) => ({
    credentials: { ...credentials, issued: at(-29 * day), expires: at(day) } as typeof credentials,
  }));
}
