import { copyFileSync, chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { DigitalOceanOAuth } from "../../oauth/digitalocean/client";
import { type Connection, localTenant, oauthCredentials } from "../../oauth/connection";
import { connectionTokens } from "../../oauth/tokens";
import { openEmbeddedVault } from "../../oauth/vault/embedded";
import type { Vault } from "../../oauth/vault/vault";
import { decide } from "../oauth/owner";
import { TestSandbox } from "../oauth/sandbox";
import { pkce } from "../sandbox/oauth/authorization-server";
import { engineProject, engineVariables } from "./exec-engine";
import { ExecHome } from "./executing";

describe("deploy4me exec -- pulumi, as an account that was connected by OAuth", () => {
  let sandbox: TestSandbox;
  let home: ExecHome;
  let vault: Vault;
  let connection: Connection;
  let project: string;

  beforeAll(async () => {
    sandbox = await TestSandbox.open();
    home = new ExecHome();
    project = engineProject(home);
    const directory = join(home.directory, "connections");
    vault = await openEmbeddedVault(directory);
    connection = await consent();
    await pulumi("stack", "init", "rotation").ended;
  });
  afterAll(async () => {
    await vault.close();
    await home.close();
    await sandbox.close();
  });

  const client = () => new DigitalOceanOAuth(sandbox.application());
  const consent = async (): Promise<Connection> => {
    const { application } = client();
    const entries = JSON.parse(readFileSync(sandbox.applicationsFile, "utf8")) as object[];
    const file = join(home.directory, "connections", "applications.json");
    copyFileSync(sandbox.applicationsFile, file);
    writeFileSync(file, JSON.stringify(entries.map((entry) => ({ ...entry, oauthUrl: sandbox.oauthUrl }))));
    chmodSync(file, 0o600);
    const redirectUri = application.redirectUris[0]!;
    const { verifier, challenge } = pkce();
    const codeChallenge = challenge.code_challenge ?? "";
    const link = client().link({ redirectUri, state: "s", codeChallenge, scopes: ["read", "write"] });
    const code = (await decide(link)).searchParams.get("code") ?? "";
    const grant = await client().exchange({ code, redirectUri, codeVerifier: verifier });
    const credentials = oauthCredentials(grant, { apiUrl: sandbox.apiUrl, clientId: application.clientId });
    return vault.add({ tenant: localTenant, name: "main", credentials });
  };
  /** As another process would: the token before is void from then on. */
  const rotate = async (): Promise<{ readonly before: string; readonly after: string }> => {
    const tokens = connectionTokens(vault, connection, { endpoint: client });
    const before = await tokens.current();
    return { before: before.value, after: (await tokens.replacement(before)).value };
  };
  const pulumi = (...args: string[]) => {
    const command = ["--stack", "rotation", "--", "pulumi", ...args, "--non-interactive", "--color", "never"];
    return home.start(command, { ...engineVariables(home), PWD: project }, project);
  };
  const cloud = async (path: string): Promise<string> => {
    const headers = { authorization: `Bearer ${readFileSync(sandbox.tokenFile, "utf8").trim()}` };
    return (await fetch(`${sandbox.apiUrl}/v2/${path}`, { headers })).text();
  };

  test("a token that is rotated in mid-run: the run goes on, and the preview after it is empty", async () => {
    await sandbox.fault({ kind: "slow", delay: 3600, route: "POST /v2/vpcs" });
    const up = pulumi("up", "--yes", "--skip-preview", "--stack", "rotation");
    while (!(await cloud("tags")).includes("through-the-guard"))
      await new Promise((resolve) => setTimeout(resolve, 50));
    const { before, after } = await rotate();
    expect(await Promise.all([sandbox.isLetIn(before), sandbox.isLetIn(after)])).toEqual([false, true]);
    await sandbox.clearFaults();
    const ended = await up.ended;
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("+ 4 created") as string]);
    expect(JSON.parse(await cloud("tags"))).toMatchObject({ meta: { total: 2 } });
    const preview = await pulumi("preview", "--diff", "--refresh", "--expect-no-changes", "--stack", "rotation").ended;
    expect([preview.code, preview.stderr]).toEqual([0, ""]);
    const log = readFileSync(join(home.directory, "connections", "guard.log"), "utf8");
    expect(log).toContain("the token was refused, another one is asked for");
    expect(log).not.toContain(before);
    expect(log).not.toContain(after);
  });

  test("a connection that needs a person: nothing is begun, and it says what to do", async () => {
    const change = { state: { state: "reconnect", reason: "answer-lost" } } as const;
    await vault.update(connection, () => ({ change, result: undefined }));
    const ended = await pulumi("preview", "--stack", "rotation").ended;
    expect([ended.code, ended.stdout]).toEqual([1, ""]);
    expect(ended.stderr).toContain("Run: deploy4me connect digitalocean");
  });
});
