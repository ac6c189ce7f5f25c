import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "../../../sandbox/clock";
import { addApplication, isRedirectUri, type NewApplication } from "../../../sandbox/oauth/applications";
import { readApplications, registerApplication, registerDefaults } from "../../../sandbox/oauth/applications-file";
import { Authority } from "../../../sandbox/oauth/authority";
import { isSecret } from "../../../sandbox/oauth/secrets";
import { emptyOAuthState, type OAuthState } from "../../../sandbox/oauth/state";
import { oauthFileStore } from "../../../sandbox/oauth/store";
import { account } from "./authorization-server";

const registered = (input: Partial<NewApplication>) =>
  addApplication(emptyOAuthState(), { name: "x", redirectUris: ["https://x.example/"], ...input }, "").application;

describe("an application", () => {
  test.each([
    "callback",
    "/callback",
    "https://x.example/#fragment",
    "http://x.example/callback",
    "http://192.0.2.1/callback",
    "https://user@x.example/",
    "https://x.example/a b",
    "https://x.example/\n",
    "javascript:alert(1)",
    "data:text/html,x",
    "",
  ])("is not registered with a redirect URI that leads astray: %j", (uri) => {
    expect(() => registered({ redirectUris: ["https://x.example/", uri] })).toThrow(/redirect URI/);
  });

  test.each([{ name: " " }, { redirectUris: [] }])("is not registered without what it needs: %j", (input) => {
    expect(() => registered(input)).toThrow(/needs a/);
  });

  test("is registered with loopback in plain HTTP, and with anything in HTTPS", () => {
    const redirectUris = [
      "http://127.0.0.1:3000/a",
      "http://localhost/b",
      "http://[::1]:1/c",
      "https://x.example:8/d?e=f",
    ];
    expect(registered({ redirectUris }).redirectUris).toEqual(redirectUris);
  });

  test("with a secret is sent to what was registered, to the letter", () => {
    const application = registered({ redirectUris: ["http://127.0.0.1/callback", "https://x.example/?a=b"] });
    expect(isRedirectUri(application, "http://127.0.0.1/callback")).toBe(true);
    expect(isRedirectUri(application, "https://x.example/?a=b")).toBe(true);
    for (const uri of ["http://127.0.0.1:3000/callback", "https://x.example/?a=b&c=d", "https://x.example/"])
      expect(isRedirectUri(application, uri)).toBe(false);
  });

  test("without one may wait on any port of a loopback URI that names none", () => {
    const application = registered({
      public: true,
      redirectUris: ["http://127.0.0.1/callback", "http://localhost:1456/callback", "https://x.example/callback"],
    });
    expect(isRedirectUri(application, "http://127.0.0.1:49152/callback")).toBe(true);
    for (const uri of [
      "http://127.0.0.1:49152/other",
      "http://127.0.0.1:49152/callback?a=b",
      "http://127.0.0.2:49152/callback",
      "http://localhost:49152/callback",
      "http://127.0.0.1.evil.example:49152/callback",
      "http://127.0.0.1:49152@evil.example/callback",
      "https://127.0.0.1:49152/callback",
      "https://x.example:49152/callback",
      "http://127.0.0.1:/callback",
      "http://127.0.0.1:x/callback",
    ])
      expect(isRedirectUri(application, uri)).toBe(false);
  });
});

describe("the applications of a new sandbox", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-oauth-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const open = () => {
    const authority = new Authority({
      store: oauthFileStore(directory),
      clock: systemClock,
      account,
      scopes: new Set(),
    });
    registerDefaults(authority, file());
    return authority;
  };
  const file = () => join(directory, "applications.json");

  test("are three, for development, test and production, each with loopback among its redirects", () => {
    open();
    const applications = readApplications(file());
    expect(applications.map(({ name }) => name)).toEqual([
      "Deploy4Me (development)",
      "Deploy4Me (test)",
      "Deploy4Me (production)",
    ]);
    for (const { clientId, clientSecret, redirectUris } of applications) {
      expect(clientId).toMatch(/^[0-9a-f]{64}$/);
      expect(clientSecret).toMatch(/^[0-9a-f]{64}$/);
      expect(redirectUris.length).toBeGreaterThan(1);
      expect(redirectUris.some((uri) => uri.startsWith("http://127.0.0.1:"))).toBe(true);
    }
    expect(new Set(applications.flatMap(({ clientId, clientSecret }) => [clientId, clientSecret])).size).toBe(6);
  });

  test("give nothing away without their secrets", () => {
    const { applications } = open().state;
    for (const { implicit, secretHash } of applications)
      expect([implicit, secretHash]).toEqual([false, expect.any(String)]);
  });

  test("are told in a file that is their owner's alone, and are the same at the next start", () => {
    const { applications } = open().state;
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    for (const { clientId, clientSecret = "" } of readApplications(file()))
      expect(isSecret(clientSecret, applications.find((one) => one.clientId === clientId)!.secretHash!)).toBe(true);
    const text = readFileSync(file(), "utf8");
    expect(open().state.applications).toEqual(applications);
    expect(readFileSync(file(), "utf8")).toBe(text);
  });

  test("whose registration was cut short are registered anew, and the file has no others", () => {
    const kept = oauthFileStore(directory);
    let killed = false;
    const store = {
      read: () => kept.read(),
      write: (state: OAuthState) => {
        if (killed) throw new Error("killed");
        kept.write(state);
      },
    };
    const authority = new Authority({ store, clock: systemClock, account, scopes: new Set() });
    const late = { name: "late", redirectUris: ["https://x.example/"] };
    killed = true;
    expect(() => registerApplication(authority, file(), late)).toThrow("killed");
    killed = false;
    registerApplication(authority, file(), late);
    const ids = readApplications(file()).map(({ clientId }) => clientId);
    expect(ids).toEqual(authority.state.applications.map(({ clientId }) => clientId));
    expect(ids).toHaveLength(1);
  });
});
