import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { ConnectingHome, decide } from "./connecting";

/** The command, the sandbox and a browser, as its user has them. */
describe("deploy4me connect digitalocean", () => {
  let home: ConnectingHome;
  let clientId: string;
  beforeAll(async () => {
    home = await ConnectingHome.open();
    clientId = await home.register("CLI", true);
    await home.register("Shop", false);
  });
  afterAll(() => home.close());
  afterEach(() => home.sandbox.clearFaults());

  const cli = ["--application", "CLI"];
  const secretsOf = async (name: string) => {
    const { credentials } = await home.entry(name);
    if (credentials.kind !== "digitalocean-oauth") throw new Error(`${name} is ${credentials.kind}`);
    return { access: credentials.accessToken, refresh: credentials.refreshToken!, credentials };
  };
  const emptyTeam = async () => {
    const command = home.start(["connect", "digitalocean", "--name", "look", ...cli]);
    const text = await (await fetch(await command.link())).text();
    await command.kill();
    const uuids = [...text.matchAll(/name="team" value="([^"]+)"/g)].map((match) => match[1]!);
    return uuids[1]!;
  };

  test("asks in the browser, shows account and team, and keeps what was granted", async () => {
    const { code, output, errors, page } = await home.connect(cli);
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toMatch(/The connection to DigitalOcean works: \S+@\S+.*, team «[^»]+» \([0-9a-f-]{36}\)/);
    expect(output).toContain("It is kept as «digitalocean». To end it: deploy4me disconnect digitalocean");
    expect(page.text).toContain("Access was granted");
    const { access, refresh, credentials } = await secretsOf("digitalocean");
    expect(await home.sandbox.isLetIn(access)).toBe(true);
    expect(credentials).toMatchObject({ apiUrl: home.sandbox.apiUrl, clientId });
    expect(credentials.scopes).toContain("droplet:create");
    for (const secret of [access, refresh]) expect(`${output}${page.text}`).not.toContain(secret);
  });

  test("keeps everything for its owner alone, and no token in plain", async () => {
    await home.connect(["--name", "private", ...cli]);
    const { access, refresh } = await secretsOf("private");
    expect(statSync(home.connections).mode & 0o077).toBe(0);
    for (const file of readdirSync(home.connections)) {
      const path = join(home.connections, file);
      expect([file, statSync(path).mode & 0o077]).toEqual([file, 0]);
      const content = readFileSync(path, "latin1");
      for (const secret of [access, refresh]) expect([file, content.includes(secret)]).toEqual([file, false]);
    }
  });

  test("opens the browser when there is one, and nobody can follow what stands in its command line", async () => {
    const seen = join(home.sandbox.home, "browser-argument");
    const browser = join(home.sandbox.home, "browser");
    const browse = join(__dirname, "browse.js");
    writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > '${seen}'\nexec '${process.execPath}' '${browse}' "$1"\n`);
    chmodSync(browser, 0o700);
    const command = home.start(["connect", "digitalocean", "--name", "opened", ...cli], {
      DISPLAY: ":99",
      BROWSER: browser,
    });
    const link = new URL(await command.link());
    const { code, output } = await command.ended;
    expect([code, output]).toEqual([0, expect.stringContaining("It was opened in your browser.")]);
    const argument = readFileSync(seen, "utf8");
    expect(argument).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/start\/[\w-]{43}$/);
    for (const name of ["state", "code_challenge"]) expect(argument).not.toContain(link.searchParams.get(name)!);
  });

  test.each([
    ["with --no-browser", ["--no-browser"], { DISPLAY: ":99" }],
    ["over SSH", [], { DISPLAY: ":99", SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" }],
    ["without a display", [], {}],
  ])("opens none %s", async (_, args, environment) => {
    const BROWSER = join(home.sandbox.home, "no-browser");
    const seen = join(home.sandbox.home, "was-opened");
    writeFileSync(BROWSER, `#!/bin/sh\ntouch '${seen}'\n`);
    chmodSync(BROWSER, 0o700);
    const command = home.start(["connect", "digitalocean", "--name", "shown", ...cli, ...args], {
      ...environment,
      BROWSER,
    });
    await command.until(/^Waiting for the answer/m);
    await command.kill();
    const { output } = await command.ended;
    expect([output.includes("opened in your browser"), existsSync(seen)]).toEqual([false, false]);
    expect(output.includes("ssh -L")).toBe("SSH_CONNECTION" in environment);
  });

  test("goes through an application with a secret, which the renewal finds again without the environment", async () => {
    const { code } = await home.connect(["--name", "confidential", "--application", "Shop"]);
    expect(code).toBe(0);
    const { access } = await secretsOf("confidential");
    // As after 30 days.
    await home.change("confidential", ({ credentials }) => ({
      credentials: { ...credentials, expires: new Date(Date.now() - 60_000).toISOString() } as typeof credentials,
    }));
    const command = home.start(["exec", "--connection", "confidential", "--", process.execPath, "-e", "0"], {
      DIGITALOCEAN_API_URL: "",
      DIGITALOCEAN_OAUTH_URL: "",
      DEPLOY4ME_OAUTH_APPLICATIONS: "",
    });
    expect(await command.ended).toMatchObject({ code: 0, errors: "" });
    const renewed = (await secretsOf("confidential")).access;
    expect([renewed === access, await home.sandbox.isLetIn(renewed)]).toEqual([false, true]);
  });

  test("that is denied keeps nothing, and says so", async () => {
    const { code, errors, page } = await home.connect(["--name", "denied", ...cli], { decision: "deny" });
    expect([code, page.status]).toEqual([1, 400]);
    expect(errors).toContain("deploy4me: The account's owner denied the access.");
    expect(await home.names()).not.toContain("denied");
  });

  test.each<[string, object, string]>([
    ["a challenge", { kind: "challenge" }, "wants a check for robots"],
    ["an API that is down", { kind: "server-error", status: 503 }, "API is down"],
    ["a rate limit", { kind: "rate-limited", retryAfter: 5 }, "takes no more requests"],
    ["a connection that breaks", { kind: "reset" }, "can't be reached"],
  ])("keeps what was granted although %s is before the account", async (what, fault, sentence) => {
    const name = what.replaceAll(/[^a-zA-Z]/g, "-");
    const between = () => home.sandbox.fault({ ...fault, route: "GET /v2/**" });
    const { code, output } = await home.connect(["--name", name, ...cli], { between });
    await home.sandbox.clearFaults();
    expect([code, output]).toEqual([0, expect.stringContaining(sentence)]);
    const { access } = await secretsOf(name);
    expect(await home.sandbox.isLetIn(access)).toBe(true);
    // What the authorization server said of it is shown meanwhile.
    expect((await home.entry(name)).connection.account?.email).toMatch(/@/);
  });

  test("says what became of a code when the answer is lost, and keeps nothing", async () => {
    const between = () => home.sandbox.fault({ kind: "reset", applied: true, route: "POST /v1/oauth/token", count: 1 });
    const { code, errors, page } = await home.connect(["--name", "lost", ...cli], { between });
    expect([code, page.status]).toEqual([1, 400]);
    expect(errors).toContain("The code may be used up: connect again.");
    expect(await home.names()).not.toContain("lost");
  });

  test("gives back what it does not keep", async () => {
    const before = await home.liveTokens();
    const name = "taken-away";
    const between = () => home.sandbox.fault({ kind: "token-revoked", route: "GET /v2/account", count: 1 });
    const { code, errors } = await home.connect(["--name", name, ...cli], { between });
    expect([code, errors]).toEqual([
      1,
      expect.stringContaining(`«${name}» was not connected. DigitalOcean does not take`),
    ]);
    expect(await home.liveTokens()).toBe(before);
  });

  test("gives back what the vault does not take", async () => {
    const before = await home.liveTokens();
    let other: DatabaseSync | undefined;
    const between = () => {
      other = new DatabaseSync(join(home.connections, "vault.db"));
      other.exec("BEGIN EXCLUSIVE");
      return Promise.resolve();
    };
    const { code, errors } = await home.connect(["--name", "unkept", ...cli], { between });
    other?.close();
    expect([code, errors]).toEqual([1, expect.stringContaining("the vault in")]);
    expect(await home.liveTokens()).toBe(before);
  }, 60_000);

  describe("for a name that is there", () => {
    test("makes it anew through another application, and the tokens of the one before are revoked", async () => {
      await home.connect(["--name", "moved", "--application", "Shop"]);
      const { access } = await secretsOf("moved");
      const { code } = await home.connect(["--name", "moved", ...cli]);
      expect([code, await home.sandbox.isLetIn(access)]).toEqual([0, false]);
      expect((await secretsOf("moved")).credentials.clientId).toBe(clientId);
    });

    test("makes it anew, and the tokens before are revoked", async () => {
      await home.connect(["--name", "again", ...cli]);
      const [{ access }, { connection }] = [await secretsOf("again"), await home.entry("again")];
      const { code, output } = await home.connect(["--name", "again", ...cli]);
      expect([code, output]).toEqual([0, expect.stringContaining("It is renewed as «again»")]);
      const after = await home.entry("again");
      expect(after.connection.id).toBe(connection.id);
      const second = (await secretsOf("again")).access;
      expect([await home.sandbox.isLetIn(access), await home.sandbox.isLetIn(second)]).toEqual([false, true]);
    });

    test("refuses another team, and gives back what was granted", async () => {
      await home.connect(["--name", "team", ...cli]);
      const { access } = await secretsOf("team");
      const before = await home.liveTokens();
      const { code, errors } = await home.connect(["--name", "team", ...cli], { chosen: { team: await emptyTeam() } });
      expect([code, errors]).toEqual([1, expect.stringContaining("belongs to another team")]);
      expect([await home.sandbox.isLetIn(access), await home.liveTokens()]).toEqual([true, before]);
    });

    test("refuses another team also when nobody can look at the account", async () => {
      await home.connect(["--name", "blind", ...cli]);
      const chosen = { team: await emptyTeam() };
      const before = await home.liveTokens();
      const between = () => home.sandbox.fault({ kind: "challenge", route: "GET /v2/**" });
      const { code, errors } = await home.connect(["--name", "blind", ...cli], { chosen, between });
      await home.sandbox.clearFaults();
      expect([code, errors]).toEqual([1, expect.stringContaining("belongs to another team")]);
      expect(await home.liveTokens()).toBe(before);
    });

    test("refuses before it asks when it is of another kind", async () => {
      await home.run(["connect", "digitalocean", "--name", "plain", "--token-file", home.sandbox.tokenFile]);
      const { code, output, errors } = await home.run(["connect", "digitalocean", "--name", "plain", ...cli]);
      expect([code, output]).toEqual([1, ""]);
      expect(errors).toContain("of another kind (digitalocean-token)");
    });
  });

  test("refuses less than it asked for, and gives it back", async () => {
    const before = await home.liveTokens();
    const command = home.start(["connect", "digitalocean", "--name", "less", ...cli, "--scopes", "read,write"]);
    const link = new URL(await command.link());
    link.searchParams.set("scope", "read");
    await decide(link.href);
    const { code, errors } = await command.ended;
    expect([code, errors]).toEqual([1, expect.stringContaining("what is missing is write")]);
    expect(await home.liveTokens()).toBe(before);
  });

  test.each([
    [["--application", "nobody"], {}, "no application is registered as «nobody»; there are «Deploy4Me (development)»"],
    [["--environment", "staging"], {}, "Allowed choices are development, test, production"],
    [["--environment", "test", "--application", "CLI"], {}, "cannot be used with"],
    [["--name", "two words"], {}, "write a letter or digit"],
    [["--scopes", "droplet:read;"], {}, "write read,write or"],
    [[], { DEPLOY4ME_OAUTH_APPLICATIONS: "/nowhere.json" }, "there is no such file"],
    [[], { DIGITALOCEAN_API_URL: "http://api.example" }, "DIGITALOCEAN_API_URL can't be"],
    [[], { DIGITALOCEAN_OAUTH_URL: "http://id.example" }, "DIGITALOCEAN_OAUTH_URL can't be"],
  ])("does not begin with %j %j", async (args, environment, message) => {
    const { code, output, errors } = await home.run(["connect", "digitalocean", ...args], environment);
    expect([code, output]).toEqual([1, ""]);
    expect(errors).toContain(message);
  });

  test("says how to begin where no application is registered", async () => {
    const { code, errors } = await home.run(["connect", "digitalocean"], {
      DEPLOY4ME_HOME: join(home.sandbox.home, "other"),
      DEPLOY4ME_OAUTH_APPLICATIONS: "",
    });
    expect(code).toBe(1);
    expect(errors).toContain("Register one at cloud.digitalocean.com/account/api/applications");
  });
});
