import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { localTenant } from "../../oauth/connection";
import { openEmbeddedVault } from "../../oauth/vault/embedded";
import { ConnectingHome } from "./connecting";

describe("deploy4me disconnect", () => {
  let home: ConnectingHome;
  beforeAll(async () => {
    home = await ConnectingHome.open();
    await home.register("CLI", true);
    await home.register("Shop", false);
  });
  afterAll(() => home.close());
  afterEach(async () => {
    await home.sandbox.clearFaults();
    rmSync(home.connections, { recursive: true, force: true });
  });

  const connect = async (name: string, application: string) => {
    const { code, errors } = await home.connect(["--name", name, "--application", application]);
    expect([code, errors]).toEqual([0, ""]);
    const { credentials } = await home.entry(name);
    if (credentials.kind !== "digitalocean-oauth") throw new Error(credentials.kind);
    return credentials;
  };
  const names = () => home.names();
  const isRefreshed = async (refreshToken: string) => {
    const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken });
    return (await fetch(`${home.sandbox.oauthUrl}/token`, { method: "POST", body })).status === 200;
  };

  test.each(["CLI", "Shop"])(
    "revokes access and refresh token at the provider, then forgets: %s",
    async (application) => {
      const { accessToken, refreshToken = "" } = await connect("main", application);
      const { code, output } = await home.run(["disconnect"]);
      expect([code, output]).toEqual([0, "«main» is disconnected: its tokens are revoked and forgotten.\n"]);
      expect([await home.sandbox.isLetIn(accessToken), await isRefreshed(refreshToken)]).toEqual([false, false]);
      expect(await names()).toEqual([]);
    },
  );

  test("says that what was kept does not open, and forgets it when told to", async () => {
    await connect("main", "Shop");
    const database = new DatabaseSync(join(home.connections, "vault.db"));
    database.exec("UPDATE connection SET sealed = zeroblob(100)");
    database.close();
    const refused = await home.run(["disconnect", "main"]);
    expect(refused.code).toBe(1);
    expect(refused.errors).toContain("deploy4me disconnect main --forget");
    expect(await names()).toEqual(["main"]);
    const { code, output } = await home.run(["disconnect", "main", "--forget"]);
    expect([code, output]).toEqual([0, expect.stringContaining("Its access is not revoked")]);
    expect(await names()).toEqual([]);
  });

  test("needs no environment for it: the application is remembered", async () => {
    const { accessToken } = await connect("main", "Shop");
    const nothing = { DIGITALOCEAN_API_URL: "", DIGITALOCEAN_OAUTH_URL: "", DEPLOY4ME_OAUTH_APPLICATIONS: "" };
    expect((await home.run(["disconnect", "main"], nothing)).code).toBe(0);
    expect(await home.sandbox.isLetIn(accessToken)).toBe(false);
  });

  test("is led nowhere else by an environment that was set for something else", async () => {
    const { accessToken } = await connect("main", "Shop");
    const elsewhere = { DIGITALOCEAN_OAUTH_URL: "http://127.0.0.1:1/v1/oauth" };
    expect((await home.run(["disconnect", "main"], elsewhere)).code).toBe(0);
    expect(await home.sandbox.isLetIn(accessToken)).toBe(false);
  });

  test.each<[string, object, string]>([
    ["can't be reached", { kind: "reset" }, "tokens are not revoked. The connection to DigitalOcean's API broke"],
    ["answers with a challenge", { kind: "challenge", status: 200 }, "check for robots that only a browser can pass"],
    ["is down", { kind: "server-error", status: 503 }, "answered with status 503"],
  ])(
    "says so when the provider %s, keeps the tokens for another try, and uses them no more",
    async (_, fault, message) => {
      const { accessToken } = await connect("main", "Shop");
      await home.sandbox.fault({ ...fault, route: "POST /v1/oauth/revoke" });
      const { code, output, errors } = await home.run(["disconnect", "main"]);
      expect([code, output]).toEqual([1, ""]);
      expect(errors).toContain(message);
      expect(errors).toContain("deploy4me disconnect main --forget");
      expect(await home.list()).toMatchObject([{ name: "main", state: "reconnect", reason: "disconnected" }]);
      const used = await home.run(["exec", "--", process.execPath, "-e", "0"]);
      expect([used.code, used.errors]).toEqual([1, expect.stringContaining("it was disconnected")]);
      expect(await home.sandbox.isLetIn(accessToken)).toBe(true);
      await home.sandbox.clearFaults();
      expect((await home.run(["disconnect", "main"])).code).toBe(0);
      expect([await home.sandbox.isLetIn(accessToken), await names()]).toEqual([false, []]);
    },
  );

  test("forgets all the same when it is told to, and says what is left to do", async () => {
    const { accessToken } = await connect("main", "Shop");
    await home.sandbox.fault({ kind: "reset", route: "POST /v1/oauth/revoke" });
    const { code, output } = await home.run(["disconnect", "main", "--forget"]);
    expect([code, output]).toEqual([0, expect.stringContaining("revoked in DigitalOcean's control panel")]);
    expect([await home.sandbox.isLetIn(accessToken), await names()]).toEqual([true, []]);
  });

  test("says so when nobody knows the application any more", async () => {
    await connect("main", "Shop");
    rmSync(join(home.connections, "applications.json"));
    const { code, errors } = await home.run(["disconnect"], { DEPLOY4ME_OAUTH_APPLICATIONS: "" });
    expect([code, errors]).toEqual([1, expect.stringContaining("tokens are not revoked. The registered applications")]);
  });

  test("forgets a plain token, and leaves it to its owner", async () => {
    await home.run(["connect", "digitalocean", "--name", "plain", "--token-file", home.sandbox.tokenFile]);
    const { code, output } = await home.run(["disconnect", "plain"]);
    expect([code, output]).toEqual([0, expect.stringContaining("The API token itself is still good")]);
    expect(await home.sandbox.isLetIn(readFileSync(home.sandbox.tokenFile, "utf8").trim())).toBe(true);
    expect(await names()).toEqual([]);
  });

  test("takes tokens that are dead already for revoked", async () => {
    const { accessToken } = await connect("main", "CLI");
    await fetch(`${home.sandbox.oauthUrl}/revoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${accessToken}` },
      body: new URLSearchParams({ token: accessToken }),
    });
    expect((await home.run(["disconnect"])).code).toBe(0);
  });

  test("asks which, when there are several, and says when there is none", async () => {
    expect((await home.run(["disconnect"])).errors).toBe("deploy4me: there is no connection: nothing to end.\n");
    expect((await home.run(["disconnect", "nobody"])).errors).toContain("there is no connection «nobody»");
    for (const name of ["one", "two"])
      await home.run(["connect", "digitalocean", "--name", name, "--token-file", home.sandbox.tokenFile]);
    const { code, errors } = await home.run(["disconnect"]);
    expect([code, errors]).toEqual([1, expect.stringContaining("say which one (one, two)")]);
    expect(await names()).toEqual(["one", "two"]);
  });
});

describe("deploy4me connections", () => {
  let home: ConnectingHome;
  beforeAll(async () => {
    home = await ConnectingHome.open();
    await home.register("CLI", true);
  });
  afterAll(() => home.close());

  test("says that there is none, and how to make one", async () => {
    const { code, output } = await home.run(["connections"]);
    expect([code, output]).toEqual([0, expect.stringContaining("Make one with: deploy4me connect digitalocean")]);
    expect(await home.list()).toEqual([]);
  });

  test("lists kind, account, state and end of each, and no secret", async () => {
    await home.connect(["--name", "consent", "--application", "CLI"]);
    await home.run(["connect", "digitalocean", "--name", "plain", "--token-file", home.sandbox.tokenFile]);
    const vault = await openEmbeddedVault(home.connections);
    const region = "eu-central-1";
    const keys = { kind: "aws-keys", accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "s3cret", region } as const;
    const lost = await vault.add({ tenant: localTenant, name: "lost", credentials: keys });
    const state = { state: "reconnect", reason: "answer-lost" } as const;
    await vault.update(lost, () => ({ change: { state }, result: undefined }));
    await vault.close();

    const { code, output } = await home.run(["connections"]);
    expect(code).toBe(0);
    const [head, consent, lostLine, plain] = output.split("\n");
    expect(head).toMatch(/^NAME +KIND +ACCOUNT +STATE +TOKEN UNTIL$/);
    expect(consent).toMatch(
      /^consent +digitalocean-oauth +\S+@\S+ \(.+\) +usable +20\d\d-\d\d-\d\d \d\d:\d\d UTC, then renewed$/,
    );
    expect(plain).toMatch(/^plain +digitalocean-token +\S+@\S+ \(.+\) +usable +not known$/);
    expect(lostLine).toMatch(/^lost +aws-keys +not known +connect anew: a renewal's answer was lost +not known$/);
    const json = JSON.stringify(await home.list());
    const secrets = ["doo_v1_", "dor_v1_", readFileSync(home.sandbox.tokenFile, "utf8").trim(), "s3cret", "AKIA"];
    for (const secret of secrets) expect(`${output}${json}`).not.toContain(secret);
  });

  test("writes what an account is called on one line, whatever is in it", async () => {
    await home.change("consent", ({ connection }) => ({
      account: { ...connection.account!, email: "a\u001b[31m\nb@example.com" },
    }));
    expect((await home.run(["connections"])).output).toContain("a [31m b@example.com");
  });

  test("shows the others when one can't be read", async () => {
    // Another keyring: none of what is there opens.
    const keyring = join(home.connections, "keyring.json");
    const other = await ConnectingHome.open();
    await other.run(["connect", "digitalocean", "--name", "x", "--token-file", other.sandbox.tokenFile]);
    writeFileSync(keyring, readFileSync(join(other.connections, "keyring.json")));
    chmodSync(keyring, 0o600);
    await other.close();
    const { code, output } = await home.run(["connections"]);
    expect([code, output]).toEqual([0, expect.stringMatching(/^consent +digitalocean-oauth .* damaged +not known$/m)]);
    expect(output).toMatch(/^plain: \S/m);
  });
});
