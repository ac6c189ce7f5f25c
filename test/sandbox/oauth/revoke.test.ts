import { refusal, TestAuthorizationServer } from "./authorization-server";

describe("a token", () => {
  let server: TestAuthorizationServer;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
  });
  afterEach(() => server.close());

  const revoke = (token: string, headers?: Record<string, string>, more: Record<string, string> = {}) =>
    server.post("/v1/oauth/revoke", { token, ...more }, headers);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const info = (token?: string) =>
    server.call("/v1/oauth/token/info", token === undefined ? {} : { headers: bearer(token) });

  test("is revoked by who has it, and its refresh token with it", async () => {
    const { access, refresh } = await server.tokens();
    expect(await revoke(access, bearer(access))).toMatchObject({ status: 200, body: {} });
    expect(server.isLetIn(access)).toBe(false);
    expect(refusal(await server.refresh(refresh))).toEqual([400, "invalid_grant"]);
    expect((await info(access)).status).toBe(401);
  });

  test("is revoked by its application, by either of the two", async () => {
    const { id, secret } = server.client;
    for (const which of ["access", "refresh"] as const) {
      const tokens = await server.tokens();
      const answer = await revoke(tokens[which], undefined, { client_id: id, client_secret: secret });
      expect(answer).toMatchObject({ status: 200, body: {} });
      expect(server.isLetIn(tokens.access)).toBe(false);
    }
  });

  test("that is unknown is as good as revoked", async () => {
    const { id, secret } = server.client;
    const unknown = `doo_v1_${"0".repeat(64)}`;
    const answer = await revoke(unknown, undefined, { client_id: id, client_secret: secret });
    expect(answer).toMatchObject({ status: 200, body: {} });
  });

  test("is not revoked by anybody else", async () => {
    const { access } = await server.tokens();
    const { id, secret } = server.other;
    expect(refusal(await revoke(access))).toEqual([401, "invalid_client"]);
    expect(refusal(await revoke(access, undefined, { client_id: id, client_secret: secret }))).toEqual([
      400,
      "unauthorized_client",
    ]);
    expect((await revoke(access, bearer("nobody"))).body).toMatchObject({ id: "unauthorized" });
    server.client = server.other;
    const others = await server.tokens();
    expect(refusal(await revoke(access, bearer(others.access)))).toEqual([400, "unauthorized_client"]);
    expect(server.isLetIn(access)).toBe(true);
  });

  test("is described to who has it, as doctl reads it", async () => {
    const { access } = await server.tokens({ scope: "droplet:read account:read" });
    server.clock.advance(1000);
    const { status, body } = await info(access);
    expect([status, body]).toEqual([
      200,
      {
        resource_owner_id: 1,
        scopes: ["droplet:read", "account:read"],
        expires_in_seconds: 2_591_999,
        application: { uid: server.client.id },
        created_at: Date.UTC(2026, 0, 1, 12) / 1000,
      },
    ]);
  });

  test("of one's own has no application, and may have no end", async () => {
    server.authority.adopt(`dop_v1_${"a".repeat(64)}`);
    const { body } = await info(`dop_v1_${"a".repeat(64)}`);
    expect(body).toMatchObject({ scopes: ["read", "write"], expires_in_seconds: null, application: { uid: null } });
  });

  test("is needed for a description, in DigitalOcean's words", async () => {
    for (const token of [undefined, "nobody"])
      expect(await info(token)).toMatchObject({
        status: 401,
        body: { id: "unauthorized", message: "Unable to authenticate you", request_id: expect.any(String) as unknown },
      });
  });
});

describe("what is not there", () => {
  test("is not found", async () => {
    const server = await TestAuthorizationServer.open();
    for (const path of ["/v1/oauth", "/v1/oauth/register", "/v1/oauth/token"])
      expect(await server.call(path)).toMatchObject({ status: 404, body: { id: "not_found" } });
    await server.close();
  });

  test("and what is there is told to clients that ask", async () => {
    const server = await TestAuthorizationServer.open();
    const { body } = await server.call("/.well-known/oauth-authorization-server");
    expect(body).toMatchObject({
      issuer: server.origin,
      authorization_endpoint: `${server.origin}/v1/oauth/authorize`,
      token_endpoint: `${server.origin}/v1/oauth/token`,
      revocation_endpoint: `${server.origin}/v1/oauth/revoke`,
      code_challenge_methods_supported: ["S256"],
    });
    await server.close();
  });
});
