import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { Application, type ApplicationFacts } from "../../../oauth/applications";
import { DigitalOceanOAuth } from "../../../oauth/digitalocean/client";
import { failureOf } from "../owner";

interface Sent {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly fields: Readonly<Record<string, string>>;
}

interface Said {
  readonly status: number;
  readonly body: string;
}

/** What an authorization server sees, in DigitalOcean's documented forms. */
describe("on the wire, a token request", () => {
  let server: Server;
  let sent: Sent[];
  let answer: Said;
  let answerTo: (pairs: readonly (readonly [string, string])[]) => Said;
  let expectedFields: number;
  beforeEach(async () => {
    sent = [];
    expectedFields = 0;
    answerTo = () => answer;
    answer = {
      status: 200,
      body: '{"access_token": "doo_v1_new", "refresh_token": "dor_v1_new", "expires_in": 2592000}',
    };
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const pairs = [...new URLSearchParams(body)];
        sent.push({ url: request.url, headers: request.headers, fields: Object.fromEntries(pairs) });
        // A name that is there twice, which the standard forbids, would show as a number too large.
        expectedFields += pairs.length;
        const { status, body: said } = answerTo(pairs);
        response.writeHead(status, { "content-type": "application/json" }).end(said);
      });
    }).listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
  });
  afterEach(async () => {
    server.close();
    await once(server, "close");
    const fields = sent.reduce((sum, one) => sum + Object.keys(one.fields).length, 0);
    expect(fields).toBe(expectedFields);
  });

  const client = (secret?: string, facts: Partial<ApplicationFacts> = {}) => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new DigitalOceanOAuth(
      new Application(
        {
          name: "Shop",
          clientId: "an-id",
          redirectUris: [],
          oauthUrl: `${origin}/v1/oauth`,
          issuer: origin,
          issuerRequired: false,
          refreshAt: "token",
          ...facts,
        },
        secret,
      ),
    );
  };
  const code = { code: "a-code", redirectUri: "https://shop.example/callback", codeVerifier: "a-verifier" };
  const exchanged = {
    grant_type: "authorization_code",
    code: "a-code",
    redirect_uri: "https://shop.example/callback",
    code_verifier: "a-verifier",
    client_id: "an-id",
  };

  test("is a form, asks for JSON, and has nothing in its address", async () => {
    await client("a-secret").exchange(code);
    expect(sent).toMatchObject([
      {
        url: "/v1/oauth/token",
        headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      },
    ]);
  });

  test("has the secret in its body alone, and a public client has none", async () => {
    await client("a-secret").exchange(code);
    await client().exchange(code);
    expect(sent.map(({ fields }) => fields)).toEqual([{ ...exchanged, client_secret: "a-secret" }, exchanged]);
    expect(sent.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test.each(["token", "refresh"] as const)("refreshes at /%s", async (refreshAt) => {
    await client("a-secret", { refreshAt }).refresh("dor_v1_old");
    const fields = { grant_type: "refresh_token", refresh_token: "dor_v1_old" };
    expect(sent).toMatchObject([
      { url: `/v1/oauth/${refreshAt}`, fields: { ...fields, client_id: "an-id", client_secret: "a-secret" } },
    ]);
  });

  test("revokes as the application, or, when that is public, by the token itself", async () => {
    answer = { status: 200, body: "{}" };
    await client("a-secret").revokeBoth({ accessToken: "doo_v1_a", refreshToken: "dor_v1_r" });
    await client().revoke("access_token", "doo_v1_a");
    expect(sent.map(({ url, headers, fields }) => [url, headers.authorization, fields.token])).toEqual([
      ["/v1/oauth/revoke", undefined, "doo_v1_a"],
      ["/v1/oauth/revoke", undefined, "dor_v1_r"],
      ["/v1/oauth/revoke", "Bearer doo_v1_a", "doo_v1_a"],
    ]);
    expect(sent[0]!.fields).toMatchObject({ client_id: "an-id", client_secret: "a-secret" });
  });

  test("takes a public client's token that is refused for revoked, and no other's", async () => {
    answer = { status: 401, body: '{"id": "unauthorized", "message": "Unable to authenticate you"}' };
    await expect(client().revokeBoth({ accessToken: "doo_v1_a", refreshToken: "dor_v1_r" })).resolves.toBeUndefined();
    expect(await failureOf(client("a-secret").revoke("access_token", "doo_v1_a"))).toMatchObject({ status: 401 });
    answer = { status: 403, body: '{"id": "forbidden"}' };
    expect(await failureOf(client().revoke("access_token", "doo_v1_a"))).toMatchObject({ status: 403 });
  });

  test("succeeds with an answer that has nothing in it, when it revokes", async () => {
    for (const status of [200, 204]) {
      answer = { status, body: "" };
      await expect(client("a-secret").revoke("access_token", "doo_v1_a")).resolves.toBeUndefined();
    }
  });

  test("revokes both, or says so: a refusal of the refresh token alone is none", async () => {
    const both = { accessToken: "doo_v1_a", refreshToken: "dor_v1_r" };
    answer = { status: 503, body: '{"id": "service_unavailable"}' };
    expect(await failureOf(client("a-secret").revokeBoth(both))).toMatchObject({ reason: "SERVER_ERROR" });
    expect(sent.map(({ fields }) => fields.token)).toEqual(["doo_v1_a"]);
    const refused = { status: 400, body: '{"error": "unsupported_token_type"}' };
    answerTo = (pairs) => (pairs.some(([, value]) => value === "dor_v1_r") ? refused : { status: 200, body: "{}" });
    await expect(client("a-secret").revokeBoth(both)).resolves.toBeUndefined();
  });
});
