import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { applicationFor, applicationOf, digitalOceanUrls, rememberApplication } from "../../cli/applications";
import { type Home, home } from "../../cli/home";

describe("the applications that the command line connects through", () => {
  let where: Home;
  beforeEach(() => {
    where = home({ DEPLOY4ME_HOME: mkdtempSync(join(tmpdir(), "deploy4me-home-")) });
    mkdirSync(join(where.directory, "connections"), { mode: 0o700 });
  });
  afterEach(() => {
    rmSync(where.directory, { recursive: true });
  });

  const known = () => join(where.directory, "connections", "applications.json");
  const entry = (environment: string, clientId = environment) => ({
    name: `Shop (${environment})`,
    clientId,
    clientSecret: `secret-of-${clientId}`,
    redirectUris: ["http://127.0.0.1:3000/oauth/callback"],
  });
  const write = (file: string, content: unknown) => {
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
    return file;
  };
  const entries = () => JSON.parse(readFileSync(known(), "utf8")) as Record<string, unknown>[];

  test("are those for development, unless others are asked for, or there is but one", () => {
    const named = write(join(where.directory, "named.json"), [
      entry("production"),
      entry("test"),
      entry("development"),
    ]);
    const environment = { DEPLOY4ME_OAUTH_APPLICATIONS: named };
    expect(applicationFor(where, environment, undefined).clientId).toBe("development");
    expect(applicationFor(where, environment, "test").clientId).toBe("test");
    expect(applicationFor(where, environment, "Shop (production)").clientId).toBe("production");
    write(known(), [entry("production")]);
    expect(applicationFor(where, {}, undefined).clientId).toBe("production");
    expect(() => applicationFor(where, environment, "nobody")).toThrow("no application is registered as «nobody»");
  });

  test("are at the server that the environment says, where their file does not", () => {
    write(known(), [entry("test"), { ...entry("development"), oauthUrl: "https://id.example/oauth" }]);
    const environment = { DIGITALOCEAN_OAUTH_URL: "http://127.0.0.1:4000/v1/oauth" };
    expect(applicationFor(where, environment, "test").oauthUrl).toBe("http://127.0.0.1:4000/v1/oauth");
    expect(applicationFor(where, environment, "development").oauthUrl).toBe("https://id.example/oauth");
    expect(applicationFor(where, {}, "test").oauthUrl).toBe("https://cloud.digitalocean.com/v1/oauth");
  });

  test("are remembered with all that is needed, for their owner alone, and found first", () => {
    const named = write(join(where.directory, "named.json"), [entry("test")]);
    const environment = {
      DEPLOY4ME_OAUTH_APPLICATIONS: named,
      DIGITALOCEAN_OAUTH_URL: "http://127.0.0.1:4000/v1/oauth",
    };
    rememberApplication(where, applicationFor(where, environment, "test"));
    expect(statSync(known()).mode & 0o077).toBe(0);
    for (const shell of [{}, { ...environment, DIGITALOCEAN_OAUTH_URL: "http://127.0.0.1:1/v1/oauth" }]) {
      const found = applicationOf(where, shell, "test");
      expect([found.oauthUrl, found.secret()]).toEqual(["http://127.0.0.1:4000/v1/oauth", "secret-of-test"]);
    }
  });

  test("are remembered beside others, and again when something changes", () => {
    const named = (secret: string) =>
      write(join(where.directory, "named.json"), [{ ...entry("test"), clientSecret: secret }]);
    write(known(), [entry("development")]);
    for (const secret of ["first", "second"])
      rememberApplication(where, applicationFor(where, { DEPLOY4ME_OAUTH_APPLICATIONS: named(secret) }, "test"));
    expect(entries()).toMatchObject([entry("development"), { clientId: "test", clientSecret: "second" }]);
    expect(entries()).toHaveLength(2);
  });

  test("stay as their owner wrote them, with their secrets in files", () => {
    const { clientSecret, ...rest } = entry("test");
    writeFileSync(join(where.directory, "connections", "test.secret"), clientSecret, { mode: 0o600 });
    const own = { ...rest, clientSecretFile: "test.secret", comment: "of the office" };
    write(known(), [own]);
    rememberApplication(where, applicationFor(where, {}, "test"));
    expect(entries()).toEqual([own]);
    const elsewhere = { DIGITALOCEAN_OAUTH_URL: "http://127.0.0.1:4000/v1/oauth" };
    rememberApplication(where, applicationFor(where, elsewhere, "test"));
    expect(entries()).toMatchObject([{ clientSecretFile: "test.secret", oauthUrl: "http://127.0.0.1:4000/v1/oauth" }]);
    expect(readFileSync(known(), "utf8")).not.toContain(clientSecret);
    expect(applicationOf(where, {}, "test").secret()).toBe(clientSecret);
  });

  test("are none at first, and what to do about it is said", () => {
    expect(() => applicationFor(where, {}, undefined)).toThrow("Register one at cloud.digitalocean.com");
    expect(() => applicationOf(where, {}, "test")).toThrow("Register one at cloud.digitalocean.com");
  });

  test("are asked over TLS, or on this machine", () => {
    expect(digitalOceanUrls({})).toEqual({ apiUrl: "https://api.digitalocean.com" });
    expect(digitalOceanUrls({ DIGITALOCEAN_API_URL: "", DIGITALOCEAN_OAUTH_URL: "" })).toEqual({
      apiUrl: "https://api.digitalocean.com",
    });
    expect(digitalOceanUrls({ DIGITALOCEAN_API_URL: "http://[::1]:4000/" }).apiUrl).toBe("http://[::1]:4000");
    for (const url of ["http://api.example", "ftp://127.0.0.1", "no address", "https://a:b@api.example", "https://a?b"])
      expect(() => digitalOceanUrls({ DIGITALOCEAN_API_URL: url })).toThrow("DIGITALOCEAN_API_URL can't be");
  });
});
