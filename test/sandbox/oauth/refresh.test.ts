import { refusal, TestAuthorizationServer, tokensIn } from "./authorization-server";

const day = 86_400_000;

describe("a refresh token", () => {
  let server: TestAuthorizationServer;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
  });
  afterEach(() => server.close());

  test.each(["/v1/oauth/token", "/v1/oauth/refresh"])("gives new tokens at %s, and the old one dies", async (path) => {
    const first = await server.tokens();
    const answer = await server.refresh(first.refresh, path);
    const second = tokensIn(answer);
    expect(second).not.toEqual(first);
    expect([server.isLetIn(first.access), server.isLetIn(second.access)]).toEqual([false, true]);
    expect(answer.body).toMatchObject({ token_type: "bearer", expires_in: 2_592_000, scope: "read write" });
    expect(answer.body.info).toMatchObject({ team_name: "My Team" });
  });

  test("is taken in the query too, as DigitalOcean's documentation once had it", async () => {
    const { refresh } = await server.tokens();
    const query = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refresh });
    expect((await server.call(`/v1/oauth/refresh?${query.toString()}`, { method: "POST" })).status).toBe(200);
  });

  test("is good for one use; a second one is refused, and ends nothing", async () => {
    const first = await server.tokens();
    const second = tokensIn(await server.refresh(first.refresh));
    expect(refusal(await server.refresh(first.refresh))).toEqual([400, "invalid_grant"]);
    expect(server.isLetIn(second.access)).toBe(true);
    expect((await server.refresh(second.refresh)).status).toBe(200);
  });

  test("that is used twice at the same moment is used once, and who is first goes on", async () => {
    const { refresh } = await server.tokens();
    const answers = await Promise.all(Array.from({ length: 8 }, () => server.refresh(refresh)));
    const granted = answers.filter(({ status }) => status === 200);
    expect(granted).toHaveLength(1);
    for (const refused of answers.filter(({ status }) => status !== 200))
      expect(refusal(refused)).toEqual([400, "invalid_grant"]);
    expect(server.isLetIn(tokensIn(granted[0]!).access)).toBe(true);
  });

  test("outlives the access token that it came with", async () => {
    const { access, refresh } = await server.tokens();
    server.clock.advance(30 * day - 1);
    expect(server.isLetIn(access)).toBe(true);
    server.clock.advance(1);
    expect(server.isLetIn(access)).toBe(false);
    server.clock.advance(300 * day);
    expect(server.isLetIn(tokensIn(await server.refresh(refresh)).access)).toBe(true);
  });

  test("gives what was granted, or less, never more", async () => {
    const { refresh } = await server.tokens({ scope: "droplet:read droplet:create" });
    const narrow = (scope: string) => server.refresh(refresh, "/v1/oauth/token", { scope });
    expect(refusal(await narrow("droplet:read read"))).toEqual([400, "invalid_scope"]);
    expect(refusal(await narrow("account:read"))).toEqual([400, "invalid_scope"]);
    const answer = await narrow("droplet:read");
    expect(answer.body.scope).toBe("droplet:read");
    expect(server.authority.authenticate(tokensIn(answer).access)).toMatchObject({ scopes: ["droplet:read"] });
  });

  test("is refused to who says to be somebody else, and stays good", async () => {
    const { refresh } = await server.tokens();
    const as = (client: Record<string, string>) => server.refresh(refresh, "/v1/oauth/token", client);
    const { id, secret } = server.client;
    expect(refusal(await as({ client_id: id, client_secret: "wrong" }))).toEqual([401, "invalid_client"]);
    expect(refusal(await as({ client_id: "nobody" }))).toEqual([401, "invalid_client"]);
    const other = { client_id: server.other.id, client_secret: server.other.secret };
    expect(refusal(await as(other))).toEqual([400, "invalid_grant"]);
    expect((await as({ client_id: id, client_secret: secret })).status).toBe(200);
  });

  test("is no access token, and an access token is none", async () => {
    const { access, refresh } = await server.tokens();
    expect(server.isLetIn(refresh)).toBe(false);
    expect(refusal(await server.refresh(access))).toEqual([400, "invalid_grant"]);
  });

  test("is asked for by its one grant type", async () => {
    const { refresh } = await server.tokens();
    const answer = await server.post("/v1/oauth/refresh", { grant_type: "authorization_code", refresh_token: refresh });
    expect(refusal(answer)).toEqual([400, "unsupported_grant_type"]);
  });
});
