import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ConnectingHome } from "./connecting";

describe("deploy4me connect digitalocean --token-file", () => {
  let home: ConnectingHome;
  beforeAll(async () => {
    home = await ConnectingHome.open();
  });
  afterAll(() => home.close());
  afterEach(() => home.sandbox.clearFaults());

  const file = (content: string, mode = 0o600) => {
    const path = join(home.sandbox.home, "a token");
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };
  const own = () => readFileSync(home.sandbox.tokenFile, "utf8").trim();
  const tokenWith = async (scopes: readonly string[]) => {
    const answer = await home.sandbox.admin("POST", "/oauth/tokens", { name: "reader", scopes });
    return (answer as { access: string }).access;
  };
  const connect = (name: string, path: string, ...more: string[]) =>
    home.run(["connect", "digitalocean", "--name", name, "--token-file", path, ...more]);

  test("keeps a token that somebody has made, and shows account and team", async () => {
    const { code, output, errors } = await connect("own", file(`${own()}\n`));
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toMatch(/works: \S+@\S+.*, team «[^»]+»[\s\S]*It is kept as «own»/);
    expect(output).not.toContain(own());
    const { credentials, connection } = await home.entry("own");
    expect(credentials).toEqual({ kind: "digitalocean-token", apiUrl: home.sandbox.apiUrl, token: own() });
    expect(connection.account?.team?.name).toBeTruthy();
  });

  test("takes it from standard input", async () => {
    const args = ["connect", "digitalocean", "--name", "piped", "--token-file", "-"];
    expect((await home.run(args, {}, `${own()}\n`)).code).toBe(0);
    expect((await home.entry("piped")).credentials).toMatchObject({ token: own() });
  });

  test("takes one for less, when that is what is asked for", async () => {
    const path = file(await tokenWith(["read"]));
    const refused = await connect("reader", path);
    expect([refused.code, refused.errors]).toEqual([1, expect.stringContaining("droplet:create")]);
    expect((await connect("reader", path, "--scopes", "read")).code).toBe(0);
  });

  test("makes a connection anew with another token of the same account", async () => {
    await connect("twice", file(own()));
    const other = await tokenWith(["read", "write"]);
    const { code, output } = await connect("twice", file(other));
    expect([code, output]).toEqual([0, expect.stringContaining("It is renewed as «twice»")]);
    expect((await home.entry("twice")).credentials).toMatchObject({ token: other });
  });

  test("refuses one of another account for a name that is there", async () => {
    await connect("mine", file(own()));
    await home.change("mine", ({ connection }) => ({ account: { ...connection.account!, uuid: "another" } }));
    const { code, errors } = await connect("mine", file(own()));
    expect([code, errors]).toEqual([1, expect.stringContaining("belongs to another account")]);
  });

  test.each<[string, () => string, string]>([
    ["that is not there", () => "/nowhere/token", "there is no such file"],
    ["that others may read", () => file(own(), 0o644), "others may read it: chmod 600"],
    ["that is empty", () => file("\n"), "it is empty"],
    ["with more than a token", () => file(`${own()}\n${own()}\n`), "it has more than a token in it"],
    ["that is large", () => file("x".repeat(100_000)), "it has more than a token in it"],
    ["that is a folder", () => "/", "it can't be read"],
    ["with a token that nobody knows", () => file("dop_v1_unknown_0123"), "DigitalOcean does not take the token"],
  ])("refuses a file %s", async (_, path, message) => {
    const { code, output, errors } = await connect("refused", path());
    expect([code, output]).toEqual([1, ""]);
    expect(errors).toContain(message);
    for (const secret of [own(), "dop_v1_unknown_0123"]) expect(errors).not.toContain(secret);
    expect(await home.names()).not.toContain("refused");
  });

  test.each([
    [{ kind: "challenge" }, "wants a check for robots"],
    [{ kind: "server-error", status: 503 }, "API is down"],
  ])("keeps nothing when nobody can look at the account: %j", async (fault, sentence) => {
    await home.sandbox.fault({ ...fault, route: "GET /v2/**" });
    const { code, errors } = await connect("unseen", file(own()));
    expect([code, errors]).toEqual([1, expect.stringContaining(sentence)]);
    expect(await home.names()).not.toContain("unseen");
  });

  test("asks for nothing in a browser at the same time", async () => {
    const { code, errors } = await connect("both", file(own()), "--application", "CLI");
    expect([code, errors]).toEqual([1, expect.stringContaining("cannot be used with option")]);
  });
});
