import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { projectRoot } from "../../../cli/home";
import { ManualClock } from "../../../sandbox/clock";
import { type Daemon, startDaemon } from "../../../sandbox/daemon";
import { daemonFiles } from "../../../sandbox/daemon-files";
import { readApplications } from "../../../sandbox/oauth/applications-file";
import { RecordedHosts } from "../digitalocean/recorded-hosts";

describe("deploy4me sandbox oauth", () => {
  let home: string;
  let daemon: Daemon;
  const clock = new ManualClock(new Date("2026-01-01T12:00:00Z"));
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "deploy4me-home-"));
    daemon = await startDaemon({
      directory: join(home, "sandbox"),
      openRoom: () => Promise.resolve(new RecordedHosts()),
      openClock: () => clock,
      log: () => undefined,
    });
  });
  afterAll(async () => {
    await daemon.close();
    rmSync(home, { recursive: true });
  });

  const run = async (...args: string[]): Promise<{ code: unknown; output: string; errors: string }> => {
    const child = spawn(process.execPath, [join(projectRoot(), "dist/cli/main.js"), "sandbox", "oauth", ...args], {
      env: { ...process.env, DEPLOY4ME_HOME: home },
      timeout: 30_000,
    });
    const ended = once(child, "close");
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await ended) as unknown[];
    return { code, output, errors };
  };
  /** What it knows of tokens: compared before and after, without a process for each look. */
  const kept = () => readFileSync(join(daemonFiles(join(home, "sandbox")).oauth, "oauth.json"), "utf8");
  const applications = () => readApplications(join(daemonFiles(join(home, "sandbox")).oauth, "applications.json"));
  const statusWith = async (token: string, path = "account") =>
    (await fetch(`${daemon.apiUrl}/v2/${path}`, { headers: { authorization: `Bearer ${token}` } })).status;

  test("lists the applications, and where their secrets are, not the secrets", async () => {
    const { output } = await run("applications");
    expect(output).toContain("Deploy4Me (development) (confidential)");
    expect(output).toContain("redirect URI  http://127.0.0.1:3000/oauth/callback");
    expect(output).toContain("applications.json");
    for (const { clientId, clientSecret = "" } of applications()) {
      expect(output).toContain(clientId);
      expect(output).not.toContain(clientSecret);
    }
  });

  test("adds an application", async () => {
    const uris = ["http://127.0.0.1/callback", "http://localhost/callback"];
    const { code, output } = await run("applications", "add", "--name", "CLI", "--public", "--redirect-uri", ...uris);
    const added = applications().find(({ name }) => name === "CLI");
    expect([code, output]).toEqual([0, `client id: ${added?.clientId}\n`]);
    expect(added).toEqual({ name: "CLI", clientId: added?.clientId, redirectUris: uris });
  });

  test("writes a token into a file that only its owner may read, and shows nothing of it", async () => {
    const file = join(home, "reader");
    const { code, output } = await run("token", "create", "--scopes", "read", "--expires", "12h", "--file", file);
    expect(code).toBe(0);
    expect(output).not.toContain("dop_v1_");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const token = readFileSync(file, "utf8").trim();
    expect(token).toMatch(/^dop_v1_[0-9a-f]{64}$/);
    expect([await statusWith(token), await statusWith(token, "droplets")]).toEqual([200, 200]);
    clock.advance(12 * 3_600_000);
    expect(await statusWith(token)).toBe(401);
  });

  test("shows a token when it is asked to, lists it without, and revokes it", async () => {
    const { output } = await run(
      "token",
      "create",
      "--name",
      "mine",
      "--team",
      "Empty Team",
      "--expires",
      "never",
      "--print",
    );
    const token = output.trim();
    expect(await statusWith(token)).toBe(200);
    const listed = (await run("token", "list")).output;
    expect(listed).not.toContain("dop_v1_");
    const [, id = ""] = /^([0-9a-f]{16}) +personal +mine +everything +Empty Team +for ever$/m.exec(listed) ?? [];
    expect((await run("token", "revoke", id)).output).toBe(`token ${id} is revoked\n`);
    expect(await statusWith(token)).toBe(401);
    expect((await run("token", "list")).output).toMatch(new RegExp(`^${id} .* revoked 2026`, "m"));
  });

  test.each([
    ["no place for it", [], "--file FILE or --print"],
    ["two places for it", ["--print", "--file", "x"], "--file FILE or --print"],
    ["a time that is none", ["--print", "--expires", "soon"], "write 90s"],
    ["an unknown scope", ["--print", "--scopes", "droplets:read"], "scope is invalid"],
    ["an unknown team", ["--print", "--team", "nobody's"], `only "My Team", "Empty Team"`],
  ])("makes no token with %s", async (_, args, message) => {
    const before = kept();
    const { code, output, errors } = await run("token", "create", ...args);
    expect([code, output]).toEqual([1, ""]);
    expect(errors).toContain(message);
    expect(kept()).toBe(before);
  });

  test("overwrites no file, and makes no token for it", async () => {
    const file = join(home, "taken");
    writeFileSync(file, "mine");
    const before = kept();
    expect((await run("token", "create", "--file", file)).code).toBe(1);
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect(kept()).toBe(before);
  });
});
