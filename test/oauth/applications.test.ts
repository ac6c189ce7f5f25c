import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { chooseApplication, readApplications } from "../../oauth/applications";
import { registerDefaults, readApplications as readSandboxes } from "../../sandbox/oauth/applications-file";
import { TestAuthorizationServer } from "../sandbox/oauth/authorization-server";

describe("the registered applications", () => {
  let directory: string;
  const file = () => join(directory, "applications.json");
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-applications-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const entry = { name: "Shop", clientId: "abc", redirectUris: ["https://shop.example/callback"] };
  const write = (content: unknown, mode = 0o600) => {
    writeFileSync(file(), typeof content === "string" ? content : JSON.stringify(content));
    chmodSync(file(), mode);
  };
  const read = (content: unknown, mode = 0o600) => {
    write(content, mode);
    return readApplications(file());
  };

  test("are read from the file that the sandbox writes, one for each environment", async () => {
    const server = await TestAuthorizationServer.open();
    registerDefaults(server.authority, file());
    await server.close();
    const applications = readApplications(file(), { oauthUrl: `${server.origin}/v1/oauth/` });
    expect(applications.map(({ environment }) => environment)).toEqual(["development", "test", "production"]);
    for (const [index, known] of readSandboxes(file()).entries()) {
      const application = applications[index]!;
      expect(application).toMatchObject({
        clientId: known.clientId,
        redirectUris: known.redirectUris,
        oauthUrl: `${server.origin}/v1/oauth`,
        issuer: server.origin,
      });
      expect([application.isPublic, application.secret()]).toEqual([false, known.clientSecret]);
      expect(chooseApplication(applications, ["development", "test", "production"][index]!)).toBe(application);
    }
  });

  test("are DigitalOcean's, public, and refreshed at /token, unless they say otherwise", () => {
    expect(read([entry])[0]).toMatchObject({
      isPublic: true,
      oauthUrl: "https://cloud.digitalocean.com/v1/oauth",
      issuer: "https://cloud.digitalocean.com",
      issuerRequired: false,
      refreshAt: "token",
    });
    const more = { oauthUrl: "https://id.example/o", issuer: "https://id.example/x", issuerRequired: true };
    expect(read([{ ...entry, ...more, refreshAt: "refresh", environment: "test" }])[0]).toMatchObject({
      ...more,
      refreshAt: "refresh",
      environment: "test",
    });
  });

  test("have their secret in a file of its own, when that is named", () => {
    const secretFile = join(directory, "shop.secret");
    writeFileSync(secretFile, "s3cret\n", { mode: 0o600 });
    expect(read([{ ...entry, clientSecretFile: "shop.secret" }], 0o644)[0]?.secret()).toBe("s3cret");
    chmodSync(secretFile, 0o640);
    expect(() => read([{ ...entry, clientSecretFile: "shop.secret" }])).toThrow(`chmod 600 ${secretFile}`);
    expect(() => read([{ ...entry, clientSecretFile: "none" }])).toThrow(`there is no ${join(directory, "none")}`);
    writeFileSync(secretFile, "\n");
    chmodSync(secretFile, 0o600);
    expect(() => read([{ ...entry, clientSecretFile: "shop.secret" }])).toThrow("holds no client secret");
  });

  test("show their secret to nobody who does not ask for it", () => {
    const [application] = read([{ ...entry, clientSecret: "s3cret" }]);
    const shown = [inspect(application, { depth: Infinity, showHidden: true }), JSON.stringify(application)];
    for (const text of shown) expect(text).not.toContain("s3cret");
    expect(application?.secret()).toBe("s3cret");
  });

  test.each([0o640, 0o604, 0o644])("are not read when others may read the secret in the file: %o", (mode) => {
    expect(() => read([{ ...entry, clientSecret: "s3cret" }], mode)).toThrow(`chmod 600 ${file()}`);
  });

  test.each<[string, unknown, string]>([
    ["no JSON", '[{"clientSecret": "s3cret"', "it is not JSON"],
    ["no list", { ...entry }, "expected array"],
    ["no client id", [{ ...entry, clientId: undefined }], "0.clientId"],
    ["a client id with a line end", [{ ...entry, clientId: "s3cret\n" }], "0.clientId: has characters"],
    ["no redirect", [{ ...entry, redirectUris: [] }], "0.redirectUris"],
    ["a redirect that is none", [{ ...entry, redirectUris: ["/callback"] }], "is no absolute URI"],
    ["two secrets", [{ ...entry, clientSecret: "s3cret", clientSecretFile: "x" }], "both a secret and a file"],
    ["a server without TLS", [{ ...entry, oauthUrl: "http://id.example/o" }], "neither https nor on loopback"],
    ["an unknown environment", [{ ...entry, environment: "staging" }], "0.environment"],
  ])("are refused with %s, and nothing of them is shown", (_, content, message) => {
    write(content);
    const refused = expect(() => readApplications(file()));
    refused.toThrow(message);
    refused.toThrow(file());
    refused.not.toThrow("s3cret");
  });

  test("are refused when the server of all of them is given without TLS", () => {
    write([entry]);
    expect(() => readApplications(file(), { oauthUrl: "http://id.example/o" })).toThrow("DIGITALOCEAN_OAUTH_URL");
  });

  test("are refused when there is no file", () => {
    expect(() => readApplications(file())).toThrow("there is no such file");
  });

  test("are chosen by environment, name or client id, and by nothing that means two", () => {
    const two = [
      { ...entry, name: "One (test)", clientId: "1" },
      { ...entry, name: "Two (test)", clientId: "2" },
      { ...entry, name: "Three", clientId: "3", environment: "production" },
    ];
    const applications = read(two);
    expect(chooseApplication(applications, "production").clientId).toBe("3");
    expect(chooseApplication(applications, "Two (test)").clientId).toBe("2");
    expect(chooseApplication(applications, "1").clientId).toBe("1");
    expect(() => chooseApplication(applications, "test")).toThrow("«One (test)», «Two (test)». Name one");
    expect(() => chooseApplication(applications, "development")).toThrow(
      "no application is registered as «development»",
    );
    expect(() => chooseApplication([], "test")).toThrow("there is none at all");
  });
});
