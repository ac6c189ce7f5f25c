import { Authorization, type AuthorizationOptions } from "../../../oauth/authorization/authorization";
import { MemoryPendingAuthorizations } from "../../../oauth/authorization/memory-store";
import type { ApplicationFacts } from "../../../oauth/applications";
import { account, redirectUri, TestAuthorizationServer } from "../../sandbox/oauth/authorization-server";
import { applicationAt, decide, failureOf, newSession } from "../owner";

/** The attacks of RFC 9700 and what answers them, against the sandbox's authorization server. */
describe("an authorization", () => {
  let server: TestAuthorizationServer;
  let authorization: Authorization;
  const session = newSession();
  const scopes = ["read", "write"];
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
    authorization = authorizationOf();
  });
  afterEach(() => server.close());

  const now = () => server.clock.now();
  const authorizationOf = (facts: Partial<ApplicationFacts> = {}, options: Partial<AuthorizationOptions> = {}) =>
    new Authorization({
      pending: new MemoryPendingAuthorizations(),
      applications: [applicationAt(server, server.client, facts)],
      now,
      ...options,
    });
  const begin = async (own = session, facts: Partial<ApplicationFacts> = {}) =>
    (
      await authorization.begin({
        application: applicationAt(server, server.client, facts),
        session: own,
        redirectUri,
        scopes,
      })
    ).url;
  const complete = (callback: URL, own = session) =>
    authorization.complete({
      session: own,
      redirectUri: `${callback.origin}${callback.pathname}`,
      parameters: callback.searchParams,
    });
  const rejected = (reason: string) => ({ code: "CALLBACK_REJECTED", reason });

  test("that the owner gives is taken", async () => {
    const { grant, scopes: granted, application } = await complete(await decide(await begin()));
    expect(server.isLetIn(grant.accessToken)).toBe(true);
    expect(granted).toEqual(scopes);
    expect(grant.account?.email).toBe(account.email);
    expect(application.clientId).toBe(server.client.id);
  });

  test("that the owner denies is an error of its own", async () => {
    const error = await failureOf(complete(await decide(await begin(), "deny")));
    expect(error).toMatchObject({ code: "AUTHORIZATION_REFUSED", error: "access_denied" });
  });

  describe("with its state", () => {
    test("replayed: the second answer is not used, and the first tokens stay", async () => {
      const callback = await decide(await begin());
      const { grant } = await complete(callback);
      expect(await failureOf(complete(callback))).toMatchObject(rejected("used"));
      // It never came to a second exchange, which would have ended them.
      expect(server.isLetIn(grant.accessToken)).toBe(true);
    });

    test("made up", async () => {
      const callback = await decide(await begin());
      callback.searchParams.set("state", newSession());
      expect(await failureOf(complete(callback))).toMatchObject(rejected("unknown-state"));
    });

    test("of another browser: the victim is not connected to the attacker's account", async () => {
      const attackers = await decide(await begin(newSession()));
      expect(await failureOf(complete(attackers, session))).toMatchObject(rejected("other-session"));
    });

    test("answered late", async () => {
      const callback = await decide(await begin());
      server.clock.advance(600_000);
      expect(await failureOf(complete(callback))).toMatchObject(rejected("expired"));
    });

    test.each(["state", "code", "iss"])("and the parameter %s twice", async (name) => {
      const callback = await decide(await begin());
      callback.searchParams.append(name, "another");
      expect(await failureOf(complete(callback))).toMatchObject(rejected("malformed"));
    });

    test.each<[string, Record<string, string | undefined>]>([
      ["without a state", { state: undefined }],
      ["with nothing but a state", { code: undefined }],
      ["with a code and an error", { error: "access_denied" }],
    ])("%s", async (_, changes) => {
      const callback = await decide(await begin());
      for (const [name, value] of Object.entries(changes))
        if (value === undefined) callback.searchParams.delete(name);
        else callback.searchParams.set(name, value);
      expect(await failureOf(complete(callback))).toMatchObject(rejected("malformed"));
    });
  });

  describe("with a code", () => {
    test("injected from another session: PKCE makes it worthless", async () => {
      const victims = await decide(await begin(newSession()));
      const attackers = await decide(await begin());
      attackers.searchParams.set("code", victims.searchParams.get("code")!);
      const error = await failureOf(complete(attackers));
      expect(error).toMatchObject({ code: "TOKEN_REQUEST_REFUSED", error: "invalid_grant" });
    });

    test("whose challenge was stripped from the link (PKCE downgraded)", async () => {
      const link = new URL(await begin());
      link.searchParams.delete("code_challenge");
      link.searchParams.delete("code_challenge_method");
      expect(await failureOf(complete(await decide(link.href)))).toMatchObject({ error: "invalid_grant" });
    });

    test("whose challenge was exchanged for the attacker's", async () => {
      const [link, attackers] = [new URL(await begin()), new URL(await begin())];
      link.searchParams.set("code_challenge", attackers.searchParams.get("code_challenge")!);
      expect(await failureOf(complete(await decide(link.href)))).toMatchObject({ error: "invalid_grant" });
    });

    test("stolen from the redirect: without the verifier it gives nothing, and stays good", async () => {
      const callback = await decide(await begin());
      const code = callback.searchParams.get("code")!;
      const { status } = await server.post("/v1/oauth/token", server.exchangeOf(code));
      expect(status).toBe(400);
      const { grant } = await complete(callback);
      expect(server.isLetIn(grant.accessToken)).toBe(true);
    });

    test("that ran out on the way", async () => {
      // The server's clock goes ahead of ours.
      const start = now();
      authorization = authorizationOf({}, { now: () => start });
      const callback = await decide(await begin());
      server.clock.advance(600_000);
      expect(await failureOf(complete(callback))).toMatchObject({ error: "invalid_grant" });
    });
  });

  describe("whose redirect was changed", () => {
    test("in the link: the server shows a page and sends nobody there", async () => {
      const link = new URL(await begin());
      link.searchParams.set("redirect_uri", "https://evil.example/callback");
      await expect(decide(link.href)).rejects.toThrow("the consent page answered 400");
    });

    test("to another that is registered: the answer is not used", async () => {
      const other = "https://client.example/other";
      server.client = server.register({ name: "Shop", redirectUris: [redirectUri, other] });
      authorization = authorizationOf();
      const link = new URL(await begin());
      link.searchParams.set("redirect_uri", other);
      const callback = await decide(link.href);
      expect(callback.pathname).toBe("/other");
      expect(await failureOf(complete(callback))).toMatchObject(rejected("other-redirect"));
    });
  });

  describe("that is mixed up with another server's", () => {
    test("by an answer that names another issuer", async () => {
      const callback = await decide(await begin());
      callback.searchParams.set("iss", "https://evil.example");
      expect(await failureOf(complete(callback))).toMatchObject(rejected("other-issuer"));
    });

    test("by a refusal that names another issuer", async () => {
      const callback = await decide(await begin(), "deny");
      callback.searchParams.set("iss", "https://evil.example");
      expect(await failureOf(complete(callback))).toMatchObject(rejected("other-issuer"));
    });

    test("by an answer without an issuer, of a server that always names itself", async () => {
      const facts = { issuerRequired: true };
      authorization = authorizationOf(facts);
      const callback = await decide(await begin(session, facts));
      callback.searchParams.delete("iss");
      expect(await failureOf(complete(callback))).toMatchObject(rejected("other-issuer"));
    });

    test("but an answer without an issuer is taken of a server of which nothing is known", async () => {
      const callback = await decide(await begin());
      callback.searchParams.delete("iss");
      await expect(complete(callback)).resolves.toBeDefined();
    });

    test("never: the code goes to the server that was asked, and to no other", async () => {
      const other = await TestAuthorizationServer.open();
      try {
        const both = [applicationAt(other, other.client), applicationAt(server)];
        authorization = authorizationOf({}, { applications: both });
        await expect(complete(await decide(await begin()))).resolves.toMatchObject({ application: both[1] });
      } finally {
        await other.close();
      }
    });
  });

  test("that allows less than was asked for is given back", async () => {
    const link = new URL(await begin());
    link.searchParams.set("scope", "read");
    const error = await failureOf(complete(await decide(link.href)));
    expect(error).toMatchObject({ code: "SCOPES_MISSING", missing: ["write"], granted: ["read"] });
    const tokens = server.authority.state.tokens.filter(({ kind }) => kind === "oauth");
    expect(tokens.map(({ revokedAt }) => revokedAt !== undefined)).toEqual([true]);
  });

  test("needs a session that nobody guesses", async () => {
    await expect(begin("short")).rejects.toThrow("random characters");
  });
});
