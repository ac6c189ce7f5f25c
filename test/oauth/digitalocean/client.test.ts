import { DigitalOceanOAuth } from "../../../oauth/digitalocean/client";
import { challengeOf } from "../../../oauth/authorization/pending";
import { account, redirectUri, TestAuthorizationServer } from "../../sandbox/oauth/authorization-server";
import { applicationAt, decide, failureOf, newSession } from "../owner";

/** Against the sandbox's authorization server, in process. */
describe("DigitalOcean's OAuth for one application", () => {
  let server: TestAuthorizationServer;
  let client: DigitalOceanOAuth;
  const codeVerifier = newSession();
  const now = () => server.clock.now();
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
    client = new DigitalOceanOAuth(applicationAt(server), { now });
  });
  afterEach(() => server.close());

  const link = (scopes: readonly string[], uri = redirectUri) =>
    client.link({ redirectUri: uri, state: "a state", codeChallenge: challengeOf(codeVerifier), scopes });
  const codeOf = async (scopes = ["read", "write"], uri = redirectUri) =>
    (await decide(link(scopes, uri))).searchParams.get("code")!;
  const connect = async () => client.exchange({ code: await codeOf(), redirectUri, codeVerifier });

  test("asks by a link that says who, for what, and where to go afterwards, with PKCE", () => {
    const url = new URL(link(["droplet:read", "account:read"]));
    expect(`${url.origin}${url.pathname}`).toBe(`${server.origin}/v1/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: server.client.id,
      redirect_uri: redirectUri,
      state: "a state",
      scope: "droplet:read account:read",
      code_challenge: challengeOf(codeVerifier),
      code_challenge_method: "S256",
    });
  });

  test("leaves the scopes to the account's owner when it asks for none", () => {
    expect(new URL(link([])).searchParams.has("scope")).toBe(false);
  });

  test("gets tokens for a code, with their end, scopes, account and team", async () => {
    const grant = await connect();
    expect(server.isLetIn(grant.accessToken)).toBe(true);
    const { accessToken, refreshToken, ...rest } = grant;
    expect([accessToken, refreshToken]).toEqual([
      expect.stringMatching(/^doo_v1_[0-9a-f]{64}$/),
      expect.stringMatching(/^dor_v1_[0-9a-f]{64}$/),
    ]);
    expect(rest).toEqual({
      issued: new Date("2026-01-01T12:00:00Z"),
      expires: new Date("2026-01-31T12:00:00Z"),
      scopes: ["read", "write"],
      account: {
        uuid: account.uuid,
        email: account.email,
        name: account.name,
        team: { uuid: account.teams[0]!.uuid, name: account.teams[0]!.name },
      },
    });
  });

  test.each(["token", "refresh"] as const)("refreshes at /%s, and the old pair is void", async (refreshAt) => {
    client = new DigitalOceanOAuth(applicationAt(server, server.client, { refreshAt }), { now });
    const first = await connect();
    server.clock.advance(86_400_000);
    const second = await client.refresh(first.refreshToken!);
    expect([server.isLetIn(first.accessToken), server.isLetIn(second.accessToken)]).toEqual([false, true]);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.expires).toEqual(new Date("2026-02-01T12:00:00Z"));
    const refused = await failureOf(client.refresh(first.refreshToken!));
    expect(refused).toMatchObject({ code: "TOKEN_REQUEST_REFUSED", error: "invalid_grant", status: 400 });
  });

  test.each(["access_token", "refresh_token"] as const)("revokes by the %s", async (kind) => {
    const { accessToken, refreshToken = "" } = await connect();
    await client.revoke(kind, kind === "access_token" ? accessToken : refreshToken);
    expect(server.isLetIn(accessToken)).toBe(false);
    expect(await failureOf(client.refresh(refreshToken))).toMatchObject({ error: "invalid_grant" });
  });

  test("takes a token that nobody knows for revoked", async () => {
    await expect(client.revoke("access_token", "doo_v1_unknown")).resolves.toBeUndefined();
  });

  test("needs no secret as a public client on loopback: PKCE, and the token for its revocation", async () => {
    const known = server.register({ name: "CLI", public: true, redirectUris: ["http://127.0.0.1/callback"] });
    const uri = "http://127.0.0.1:51234/callback";
    client = new DigitalOceanOAuth(applicationAt(server, known, { redirectUris: [uri] }), { now });
    const first = await client.exchange({ code: await codeOf(["read"], uri), redirectUri: uri, codeVerifier });
    expect(first.expires).toEqual(new Date("2026-01-01T13:00:00Z"));
    const second = await client.refresh(first.refreshToken!);
    await client.revoke("access_token", second.accessToken);
    expect(server.isLetIn(second.accessToken)).toBe(false);
  });
});
