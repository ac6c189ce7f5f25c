import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { prepareBackend, writeShellEnvironment } from "../../cli/environment";
import { type Home, home } from "../../cli/home";

describe("the environment of a shell", () => {
  let directory: string;
  let where: Home;
  beforeEach(() => {
    // A name that a careless script would trip over.
    directory = join(mkdtempSync(join(tmpdir(), "deploy4me-env-")), "it's $HOME; `date` here");
    mkdirSync(directory);
    where = home({ DEPLOY4ME_HOME: directory });
    writeFileSync(join(directory, "token"), "dop_v1_secret\n");
  });
  afterEach(() => {
    rmSync(join(directory, ".."), { recursive: true });
  });

  const written = (): string =>
    writeShellEnvironment(where, {
      apiUrl: "http://127.0.0.1:4000",
      tokenFile: join(directory, "token"),
      deployer: "203.0.113.2/32",
      oauth: { url: "http://127.0.0.1:4000/v1/oauth", applicationsFile: join(directory, "applications.json") },
    });
  const inShell = (file: string, name: string): string =>
    execFileSync("sh", ["-c", `. "$1" && printf %s "$${name}"`, "sh", file], { encoding: "utf8" });

  test.each([
    ["DIGITALOCEAN_API_URL", () => "http://127.0.0.1:4000"],
    ["DIGITALOCEAN_TOKEN", () => "dop_v1_secret"],
    ["DIGITALOCEAN_OAUTH_URL", () => "http://127.0.0.1:4000/v1/oauth"],
    ["DEPLOY4ME_OAUTH_APPLICATIONS", () => join(directory, "applications.json")],
    ["DEPLOY4ME_ADMIN_ACCESS", () => "203.0.113.2/32"],
    ["PULUMI_BACKEND_URL", () => `file://${where.state}?metadata=skip`],
    ["PULUMI_HOME", () => where.pulumi],
  ])("has %s, whatever its folder is called", (name, value) => {
    expect(inShell(written(), name)).toBe(value());
  });

  test("finds the engine and Node first", () => {
    expect(inShell(written(), "PATH").split(":").slice(0, 2)).toEqual([
      where.bin,
      join(where.root, "node_modules", ".bin"),
    ]);
  });

  test("is its owner's alone and has no token in it", () => {
    const file = written();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain("dop_v1_secret");
  });

  test("keeps the passphrase it once made", () => {
    prepareBackend(where);
    const passphrase = readFileSync(where.passphraseFile, "utf8");
    prepareBackend(where);
    expect(readFileSync(where.passphraseFile, "utf8")).toBe(passphrase);
    expect(statSync(where.passphraseFile).mode & 0o777).toBe(0o600);
  });
});
