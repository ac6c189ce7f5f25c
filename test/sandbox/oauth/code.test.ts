import { account, pkce, redirectUri, refusal, TestAuthorizationServer, tokensIn } from "./authorization-server";
import { Browser } from "./browser";

const minute = 60_000;

describe("a code", () => {
  let server: TestAuthorizationServer;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
  });
  afterEach(() => server.close());

  const exchange = (parameters: Record<string, string>, headers?: Record<string, string>) =>
    server.post("/v1/oauth/token", parameters, headers);

  test("is exchanged for a token in DigitalOcean's form", async () => {
    const answer = await exchange(server.exchangeOf(await server.code()));
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      access_token: expect.stringMatching(/^doo_v1_[0-9a-f]{64}$/) as unknown,
      token_type: "bearer",
      expires_in: 2_592_000,
      refresh_token: expect.stringMatching(/^dor_v1_[0-9a-f]{64}$/) as unknown,
      scope: "read write",
      info: {
        name: account.name,
        email: account.email,
        uuid: account.uuid,
        team_uuid: account.teams[0]!.uuid,
        team_name: "My Team",
      },
    });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(server.authority.authenticate(tokensIn(answer).access)).toMatchObject({
      scopes: ["read", "write"],
      team: account.teams[0]!.uuid,
    });
  });

  test("is exchanged however a client sends it", async () => {
    const basic = ({ id, secret }: { id: string; secret: string }) =>
      `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
    const rest = without(server.exchangeOf(await server.code()), "client_id", "client_secret");
    const byHeader = await exchange(rest, { authorization: basic(server.client) });
    const query = new URLSearchParams(server.exchangeOf(await server.code()));
    const byQuery = await server.call(`/v1/oauth/token?${query.toString()}`, { method: "POST" });
    const byJson = await server.call("/v1/oauth/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(server.exchangeOf(await server.code())),
    });
    expect([byHeader.status, byQuery.status, byJson.status]).toEqual([200, 200, 200]);
  });

  test("is good for one exchange; a second one ends what the first was given", async () => {
    const parameters = server.exchangeOf(await server.code());
    const first = tokensIn(await exchange(parameters));
    const second = tokensIn(await server.refresh(first.refresh));
    expect(server.isLetIn(second.access)).toBe(true);
    expect(refusal(await exchange(parameters))).toEqual([400, "invalid_grant"]);
    expect(server.isLetIn(second.access)).toBe(false);
    expect(refusal(await server.refresh(second.refresh))).toEqual([400, "invalid_grant"]);
  });

  test("of somebody else is refused, and ends nothing", async () => {
    const code = await server.code();
    expect(refusal(await exchange(server.exchangeOf(code, server.other)))).toEqual([400, "invalid_grant"]);
    const { access } = tokensIn(await exchange(server.exchangeOf(code)));
    expect(refusal(await exchange(server.exchangeOf(code, server.other)))).toEqual([400, "invalid_grant"]);
    expect(server.isLetIn(access)).toBe(true);
  });

  test("runs out after ten minutes", async () => {
    const late = server.exchangeOf(await server.code());
    const inTime = server.exchangeOf(await server.code());
    server.clock.advance(10 * minute - 1);
    expect((await exchange(inTime)).status).toBe(200);
    server.clock.advance(1);
    const answer = await exchange(late);
    expect(refusal(answer)).toEqual([400, "invalid_grant"]);
    expect(answer.body.error_description).toMatch(/^The provided authorization grant is invalid, expired, revoked/);
  });

  test.each([
    ["a wrong secret", { client_secret: "0".repeat(64) }, [401, "invalid_client"]],
    ["no secret", { client_secret: "" }, [401, "invalid_client"]],
    ["an unknown client", { client_id: "0".repeat(64) }, [401, "invalid_client"]],
    ["another redirect", { redirect_uri: `${redirectUri}/` }, [400, "invalid_grant"]],
    ["no redirect", { redirect_uri: "" }, [400, "invalid_request"]],
    ["no code", { code: "" }, [400, "invalid_request"]],
    ["an unknown code", { code: "0".repeat(64) }, [400, "invalid_grant"]],
    ["a verifier although nothing was to be verified", { code_verifier: "v".repeat(43) }, [400, "invalid_grant"]],
    ["no grant type", { grant_type: "" }, [400, "invalid_request"]],
    ["another grant type", { grant_type: "password" }, [400, "unsupported_grant_type"]],
  ])("is not exchanged with %s, and is good afterwards", async (_, wrong, expected) => {
    const right = server.exchangeOf(await server.code());
    const answer = await exchange({ ...right, ...wrong });
    expect(refusal(answer)).toEqual(expected);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.has("www-authenticate")).toBe(expected[0] === 401);
    expect((await exchange(right)).status).toBe(200);
  });

  test("is not exchanged for who proves to be somebody in two ways, or says something twice", async () => {
    const right = server.exchangeOf(await server.code());
    const header = `Basic ${Buffer.from(`${server.client.id}:${server.client.secret}`).toString("base64")}`;
    expect(refusal(await exchange(right, { authorization: header }))).toEqual([400, "invalid_request"]);
    const twice = await server.call(`/v1/oauth/token?code=x`, { method: "POST", body: new URLSearchParams(right) });
    expect(refusal(twice)).toEqual([400, "invalid_request"]);
  });

  test.each([
    ["application/json", "{"],
    ["application/json", "[]"],
    ["application/json", '{"grant_type":7}'],
    ["application/json", "null"],
    ["application/x-www-form-urlencoded", "%%%=%zz"],
    ["application/octet-stream", "\0\0"],
  ])("is not found in nonsense: %s %j", async (type, body) => {
    const answer = await server.call("/v1/oauth/token", { method: "POST", headers: { "content-type": type }, body });
    expect(refusal(answer)).toEqual([400, "invalid_request"]);
    expect(server.log).toEqual([]);
  });

  test("is bound to the verifier that its challenge was made from", async () => {
    const { verifier, challenge } = pkce();
    const right = { ...server.exchangeOf(await server.code(challenge)), code_verifier: verifier };
    for (const wrong of [without(right, "code_verifier"), { ...right, code_verifier: pkce().verifier }])
      expect(refusal(await exchange(wrong))).toEqual([400, "invalid_grant"]);
    expect((await exchange(right)).status).toBe(200);
  });
});

describe("a public client", () => {
  let server: TestAuthorizationServer;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
    server.client = server.register({
      name: "CLI",
      public: true,
      redirectUris: ["http://127.0.0.1/callback", redirectUri],
    });
  });
  afterEach(() => server.close());

  const exchangeOf = (code: string, verifier: string) => ({
    ...without(server.exchangeOf(code), "client_secret"),
    code_verifier: verifier,
  });

  test("has no secret, a verifier instead, and tokens for an hour", async () => {
    const { verifier, challenge } = pkce();
    const answer = await server.post("/v1/oauth/token", exchangeOf(await server.code(challenge), verifier));
    expect(answer.body).toMatchObject({ expires_in: 3600, scope: "read write" });
    const { access } = tokensIn(answer);
    server.clock.advance(60 * minute - 1);
    expect(server.isLetIn(access)).toBe(true);
    server.clock.advance(1);
    expect(server.isLetIn(access)).toBe(false);
  });

  test("gets nowhere without a challenge, or with a secret", async () => {
    const page = await fetch(server.authorizeUrl({ scope: "read" }), { redirect: "manual" });
    expect(new URL(page.headers.get("location") ?? "").searchParams.get("error")).toBe("invalid_request");
    const { verifier, challenge } = pkce();
    const right = exchangeOf(await server.code(challenge), verifier);
    const answer = await server.post("/v1/oauth/token", { ...right, client_secret: "x" });
    expect(refusal(answer)).toEqual([401, "invalid_client"]);
  });

  test("may wait on any port of loopback, and is sent to that one alone", async () => {
    const { verifier, challenge } = pkce();
    const loopback = "http://127.0.0.1:49152/callback";
    const code = await server.code({ ...challenge, redirect_uri: loopback });
    const elsewhere = { ...exchangeOf(code, verifier), redirect_uri: "http://127.0.0.1:49153/callback" };
    expect(refusal(await server.post("/v1/oauth/token", elsewhere))).toEqual([400, "invalid_grant"]);
    expect((await server.post("/v1/oauth/token", { ...elsewhere, redirect_uri: loopback })).status).toBe(200);
  });

  test("loses everything when a refresh token of its comes back", async () => {
    const { verifier, challenge } = pkce();
    const first = tokensIn(await server.post("/v1/oauth/token", exchangeOf(await server.code(challenge), verifier)));
    const second = tokensIn(await server.refresh(first.refresh, "/v1/oauth/token", { client_id: server.client.id }));
    expect(refusal(await server.refresh(first.refresh))).toEqual([400, "invalid_grant"]);
    expect(server.isLetIn(second.access)).toBe(false);
    expect(refusal(await server.refresh(second.refresh))).toEqual([400, "invalid_grant"]);
  });
});

describe("an application that may have tokens at once", () => {
  let server: TestAuthorizationServer;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
    server.client = server.register({ name: "Page", redirectUris: [redirectUri], implicit: true });
  });
  afterEach(() => server.close());

  test("has them behind the redirect, where no server sees them, and none to refresh them with", async () => {
    const url = server.authorizeUrl({ response_type: "token", scope: "read", state: "a b" });
    const browser = new Browser();
    const { location } = await browser.submit(await browser.open(url), "authorize");
    expect(location).toMatch(new RegExp(`^${redirectUri}#`));
    const answer = Object.fromEntries(new URLSearchParams(new URL(location).hash.slice(1)));
    expect(answer).toMatchObject({ token_type: "bearer", expires_in: "2592000", state: "a b" });
    expect(server.authority.authenticate(answer.access_token ?? "")).toMatchObject({ scopes: ["read"] });
    expect(Object.keys(answer)).not.toContain("refresh_token");
    const denied = await browser.submit(await browser.open(url), "deny");
    expect(denied.location).toMatch(new RegExp(`^${redirectUri}#error=access_denied&`));
  });
});

function without(parameters: Readonly<Record<string, string>>, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.includes(name)));
}
