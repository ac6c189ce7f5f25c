import { inspect } from "node:util";

import { DigitalOceanOAuth } from "../../../oauth/digitalocean/client";
import { refusalIn } from "../../../oauth/digitalocean/refusal";
import { challengeOf } from "../../../oauth/authorization/pending";
import { type Client, redirectUri, TestAuthorizationServer } from "../../sandbox/oauth/authorization-server";
import { applicationAt, decide, failureOf, newSession } from "../owner";

describe("a token request that the authorization server refuses", () => {
  let server: TestAuthorizationServer;
  const codeVerifier = newSession();
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
  });
  afterEach(() => server.close());

  const clientFor = (client: Client) => new DigitalOceanOAuth(applicationAt(server, client));
  const codeOf = async (client = server.client) => {
    const link = { redirectUri, state: "a state", codeChallenge: challengeOf(codeVerifier), scopes: ["read"] };
    return (await decide(clientFor(client).link(link))).searchParams.get("code")!;
  };
  const exchange = (code: string, client = server.client, more: object = {}) =>
    failureOf(clientFor(client).exchange({ code, redirectUri, codeVerifier, ...more }));

  test("a code that was used: what it gave before is void too", async () => {
    const code = await codeOf();
    const { accessToken } = await clientFor(server.client).exchange({ code, redirectUri, codeVerifier });
    expect(await exchange(code)).toMatchObject({ request: "exchange", error: "invalid_grant", status: 400 });
    expect(server.isLetIn(accessToken)).toBe(false);
  });

  test("a code that is too old", async () => {
    const code = await codeOf();
    server.clock.advance(600_000);
    expect(await exchange(code)).toMatchObject({ error: "invalid_grant" });
  });

  test("a code of another application", async () => {
    expect(await exchange(await codeOf(server.other))).toMatchObject({ error: "invalid_grant" });
  });

  test("another redirect than the code was given for", async () => {
    const code = await codeOf();
    expect(await exchange(code, server.client, { redirectUri: `${redirectUri}/x` })).toMatchObject({
      error: "invalid_grant",
    });
  });

  test("a wrong client secret", async () => {
    const error = await exchange(await codeOf(), { id: server.client.id, secret: "wrong" });
    expect(error).toMatchObject({ error: "invalid_client", status: 401 });
    expect(error.message).toContain("the client secret is wrong");
  });

  test("an unknown application", async () => {
    const client = clientFor({ id: "nobody", secret: "none" });
    expect(await failureOf(client.refresh("dor_v1_x"))).toMatchObject({ request: "refresh", error: "invalid_client" });
    expect(await failureOf(client.revoke("access_token", "doo_v1_x"))).toMatchObject({
      request: "revoke",
      error: "invalid_client",
    });
  });

  test("a token of another application, to be revoked", async () => {
    const { access } = await server.tokens();
    const error = await failureOf(clientFor(server.other).revoke("access_token", access));
    expect(error).toMatchObject({ error: "unauthorized_client" });
    expect(server.isLetIn(access)).toBe(true);
  });

  test("holds none of what was sent, however it is shown", async () => {
    const error = await exchange(await codeOf(), { id: server.client.id, secret: "a-secret-that-is-wrong" });
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    for (const secret of ["a-secret-that-is-wrong", codeVerifier]) expect(shown).not.toContain(secret);
  });

  test("is read in the standard's form and in the API's own, without secrets and control characters", () => {
    expect(refusalIn({ error: "invalid_grant", error_description: "no\u001b[31m s3cret\nhere" }, ["s3cret"])).toEqual({
      error: "invalid_grant",
      description: "no [31m [secret] here",
    });
    expect(refusalIn({ id: "unauthorized", message: "Unable to authenticate you" }, [])).toEqual({
      error: "unknown",
      description: "Unable to authenticate you",
    });
    expect(refusalIn({ error: "x".repeat(10) }, [])).toEqual({ error: "unknown" });
    expect(refusalIn({ error: "invalid_grant", error_description: "y".repeat(900) }, []).description).toHaveLength(301);
    expect([refusalIn(undefined, []), refusalIn([], []), refusalIn({ error: 7 }, [])]).toEqual(
      Array(3).fill({ error: "unknown" }),
    );
  });
});
