import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { AuthorizationCode } from "simple-oauth2";

import { account, redirectUri, TestAuthorizationServer } from "./authorization-server";
import { Browser } from "./browser";
import type { Dance, Outcome } from "./openid-dance";

/** Clients that nobody here has written, each through the whole dance. */
describe("a client from elsewhere", () => {
  let server: TestAuthorizationServer;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
  });
  afterEach(() => server.close());

  const consent = async (url: string): Promise<URL> => {
    const browser = new Browser();
    return new URL((await browser.submit(await browser.open(url), "authorize")).location);
  };

  test.each(["body", "header"] as const)("simple-oauth2, with its secret in the %s", async (authorizationMethod) => {
    const { id, secret } = server.client;
    const client = new AuthorizationCode({
      client: { id, secret },
      auth: {
        tokenHost: server.origin,
        tokenPath: "/v1/oauth/token",
        authorizePath: "/v1/oauth/authorize",
        revokePath: "/v1/oauth/revoke",
      },
      options: { authorizationMethod },
    });
    const url = client.authorizeURL({ redirect_uri: redirectUri, scope: "read write", state: "a state" });
    const callback = await consent(url);
    expect(callback.searchParams.get("state")).toBe("a state");
    const first = await client.getToken({ code: callback.searchParams.get("code")!, redirect_uri: redirectUri });
    expect(first.expired()).toBe(false);
    expect(first.token.info).toMatchObject({ email: account.email });
    const second = await first.refresh();
    expect([
      server.isLetIn(String(first.token.access_token)),
      server.isLetIn(String(second.token.access_token)),
    ]).toEqual([false, true]);
    await expect(first.refresh()).rejects.toThrow("400");
    await second.revokeAll();
    expect(server.isLetIn(String(second.token.access_token))).toBe(false);
  });

  const dance = (more: Partial<Dance> = {}) =>
    openidClient({
      origin: server.origin,
      ...server.client,
      authentication: "body",
      redirectUri,
      scope: "droplet:read account:read",
      decision: "authorize",
      steps: [],
      ...more,
    });

  test.each(["body", "header"] as const)(
    "openid-client, with its secret in the %s, PKCE, state and issuer checked",
    async (authentication) => {
      const [first, second, again, revoked] = await dance({
        authentication,
        steps: ["refresh", "refresh again", "revoke"],
      });
      expect(first).toMatchObject({ scope: "droplet:read account:read" });
      expect(first!.expiresIn).toBeGreaterThan(2_591_000);
      expect(second!.access).toMatch(/^doo_v1_/);
      expect(again).toEqual({ error: "invalid_grant", status: 400 });
      expect(revoked).toEqual({});
      expect([server.isLetIn(first!.access!), server.isLetIn(second!.access!)]).toEqual([false, false]);
    },
  );

  test("openid-client, with a code that it uses twice", async () => {
    const [first, again] = await dance({ steps: ["code again"] });
    expect(again).toEqual({ error: "invalid_grant", status: 400 });
    expect(server.isLetIn(first!.access!)).toBe(false);
  });

  test("openid-client without a secret, on a port of its own", async () => {
    const { id } = server.register({ name: "CLI", public: true, redirectUris: ["http://127.0.0.1/callback"] });
    const redirect = "http://127.0.0.1:51234/callback";
    const [first, second] = await dance({ id, authentication: "none", redirectUri: redirect, steps: ["refresh"] });
    expect(first!.expiresIn).toBeGreaterThan(3500);
    expect([server.isLetIn(first!.access!), server.isLetIn(second!.access!)]).toEqual([false, true]);
  });

  test("openid-client, denied", async () => {
    expect(await dance({ decision: "deny" })).toEqual([{ error: "access_denied" }]);
  });

  test("openid-client, with a wrong secret", async () => {
    const [answer] = await dance({ secret: "wrong", authentication: "body" });
    expect(answer).toMatchObject({ status: 401 });
  });
});

async function openidClient(dance: Dance): Promise<readonly Outcome[]> {
  const child = spawn(process.execPath, [join(__dirname, "openid-dance.js")], { timeout: 30_000 });
  const ended = once(child, "close");
  child.stdin.end(JSON.stringify(dance));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`openid-client ended with ${code}: ${errors}`);
  return JSON.parse(output) as readonly Outcome[];
}
