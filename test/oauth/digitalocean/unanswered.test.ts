import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { inspect } from "node:util";

import { challengeOf } from "../../../oauth/authorization/pending";
import { Application } from "../../../oauth/applications";
import { DigitalOceanOAuth } from "../../../oauth/digitalocean/client";
import { decide, failureOf, newSession } from "../owner";
import { TestSandbox } from "../sandbox";

/** What becomes of a refresh on a bad day, and whether it may have been carried out. */
describe("a token request to a sandbox with a fault", () => {
  let sandbox: TestSandbox;
  let client: DigitalOceanOAuth;
  const codeVerifier = newSession();
  const redirectUri = "http://127.0.0.1:3000/oauth/callback";
  beforeAll(async () => {
    sandbox = await TestSandbox.open();
    client = new DigitalOceanOAuth(sandbox.application());
  });
  afterAll(() => sandbox.close());
  afterEach(() => sandbox.clearFaults());

  const connect = async () => {
    const link = { redirectUri, state: "a state", codeChallenge: challengeOf(codeVerifier), scopes: ["read"] };
    const code = (await decide(client.link(link))).searchParams.get("code")!;
    return client.exchange({ code, redirectUri, codeVerifier });
  };
  const route = "POST /v1/oauth/*";

  test.each<[object, string, "no" | "unknown", object?]>([
    [{ kind: "challenge" }, "CHALLENGE", "unknown", { status: 403 }],
    [{ kind: "challenge", status: 200 }, "CHALLENGE", "unknown"],
    [{ kind: "blocked" }, "BLOCKED", "unknown"],
    [{ kind: "blocked", plain: true }, "BLOCKED", "unknown"],
    [{ kind: "edge-error", status: 521 }, "EDGE_ERROR", "unknown", { status: 521 }],
    [{ kind: "gateway-timeout" }, "EDGE_ERROR", "unknown", { status: 504 }],
    [{ kind: "rate-limited", retryAfter: 7 }, "RATE_LIMITED", "no", { status: 429, retryAfter: 7 }],
    [{ kind: "rate-limited" }, "RATE_LIMITED", "no", { status: 429, retryAfter: undefined }],
    [{ kind: "server-error", status: 503 }, "SERVER_ERROR", "unknown", { status: 503 }],
    [{ kind: "reset" }, "CONNECTION_LOST", "unknown"],
  ])("%j: it was not carried out, and the refresh token is still good", async (fault, reason, applied, more = {}) => {
    const { refreshToken = "" } = await connect();
    await sandbox.fault({ ...fault, route, count: 1 });
    const error = await failureOf(client.refresh(refreshToken));
    expect(error).toMatchObject({ code: "TOKEN_REQUEST_UNANSWERED", request: "refresh", reason, applied, ...more });
    const { accessToken } = await client.refresh(refreshToken);
    expect(await sandbox.isLetIn(accessToken)).toBe(true);
  });

  test.each<[object, string]>([
    [{ kind: "challenge", applied: true }, "CHALLENGE"],
    [{ kind: "edge-error", status: 524, applied: true }, "EDGE_ERROR"],
    [{ kind: "gateway-timeout", applied: true }, "EDGE_ERROR"],
    [{ kind: "server-error", status: 500, applied: true }, "SERVER_ERROR"],
    [{ kind: "reset", applied: true }, "CONNECTION_LOST"],
    [{ kind: "truncated", how: "length" }, "TRUNCATED"],
    [{ kind: "truncated", how: "chunked" }, "TRUNCATED"],
    [{ kind: "truncated", how: "json" }, "TRUNCATED"],
    [{ kind: "empty" }, "API_CHANGED"],
    [{ kind: "field-dropped", path: "$.access_token" }, "API_CHANGED"],
    [{ kind: "type-changed", path: "$.access_token", to: "number" }, "API_CHANGED"],
    [{ kind: "wrapped", in: "data" }, "API_CHANGED"],
  ])("%j: it was carried out, and «unknown» is what is said", async (fault, reason) => {
    const { refreshToken = "", accessToken } = await connect();
    await sandbox.fault({ ...fault, route, count: 1 });
    const error = await failureOf(client.refresh(refreshToken));
    expect(error).toMatchObject({ code: "TOKEN_REQUEST_UNANSWERED", reason, applied: "unknown" });
    expect(await sandbox.isLetIn(accessToken)).toBe(false);
    expect(await failureOf(client.refresh(refreshToken))).toMatchObject({ error: "invalid_grant" });
  });

  test("takes JSON for JSON, whatever it is declared to be", async () => {
    const { refreshToken = "" } = await connect();
    await sandbox.fault({ kind: "wrong-type", type: "text/plain", route, count: 1 });
    expect(await sandbox.isLetIn((await client.refresh(refreshToken)).accessToken)).toBe(true);
  });

  test("does without what it need not know", async () => {
    const { refreshToken = "" } = await connect();
    await sandbox.fault({ kind: "field-dropped", path: "$.info", route, count: 1 });
    await sandbox.fault({ kind: "type-changed", path: "$.expires_in", to: "boolean", route, count: 1 });
    const grant = await client.refresh(refreshToken);
    expect([grant.account, grant.expires]).toEqual([undefined, undefined]);
  });

  test.each([
    [{ kind: "challenge", status: 200 }, "CHALLENGE"],
    [{ kind: "reset", applied: true }, "CONNECTION_LOST"],
  ])("does not take a token for revoked by %j", async (fault, reason) => {
    const { accessToken } = await connect();
    await sandbox.fault({ ...fault, route, count: 1 });
    const error = await failureOf(client.revoke("access_token", accessToken));
    expect(error).toMatchObject({ request: "revoke", reason, applied: "unknown" });
  });

  test("says the ray id of a challenge, and nothing of the request", async () => {
    const { refreshToken = "" } = await connect();
    await sandbox.fault({ kind: "challenge", route, count: 1 });
    const error = await failureOf(client.refresh(refreshToken));
    expect(error.message).toMatch(/\(ray id [0-9a-f]{16}/);
    const secrets = [refreshToken, sandbox.application().secret()!];
    for (const secret of secrets) expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(secret);
  });
});

describe("a token request to a server", () => {
  let server: Server | undefined;
  afterEach(async () => {
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    if (server instanceof HttpServer) server.closeAllConnections();
    await closed;
    server = undefined;
  });

  const listening = async (one: Server) => {
    server = one.listen({ host: "127.0.0.1", port: 0 });
    await once(one, "listening");
    return (one.address() as AddressInfo).port;
  };
  const clientAt = (origin: string, timeoutMs?: number) =>
    new DigitalOceanOAuth(
      new Application(
        {
          name: "Shop",
          clientId: "abc",
          redirectUris: ["https://shop.example/callback"],
          oauthUrl: `${origin}/v1/oauth`,
          issuer: origin,
          issuerRequired: false,
          refreshAt: "token",
        },
        "a-client-secret",
      ),
      timeoutMs === undefined ? {} : { timeoutMs },
    );
  const at = async (handle: RequestListener, timeoutMs?: number) =>
    clientAt(`http://127.0.0.1:${await listening(createHttpServer(handle))}`, timeoutMs);

  test("that nobody runs was certainly not carried out", async () => {
    const port = await listening(createServer());
    server?.close();
    await once(server!, "close");
    server = undefined;
    const error = await failureOf(clientAt(`http://127.0.0.1:${port}`).refresh("dor_v1_x"));
    expect(error).toMatchObject({ reason: "UNREACHABLE", applied: "no" });
    expect(error.message).toContain("Nothing was changed.");
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("with a name that does not resolve was certainly not carried out", async () => {
    const error = await failureOf(clientAt("https://oauth.invalid").refresh("dor_v1_x"));
    expect(error).toMatchObject({ reason: "UNREACHABLE", applied: "no" });
  });

  test("that speaks no TLS was certainly not carried out", async () => {
    const port = await listening(createServer((socket) => socket.destroy()));
    const error = await failureOf(clientAt(`https://127.0.0.1:${port}`).refresh("dor_v1_x"));
    expect(error).toMatchObject({ reason: "UNREACHABLE", applied: "no" });
  });

  test("that never begins TLS ends by the deadline, and was certainly not carried out", async () => {
    const port = await listening(createServer((socket) => socket.on("error", () => undefined).resume()));
    const error = await failureOf(clientAt(`https://127.0.0.1:${port}`, 300).refresh("dor_v1_x"));
    expect(error).toMatchObject({ reason: "UNREACHABLE", applied: "no" });
    expect(error.message).toContain("within 0.3 s");
  });

  test("that never answers ends by the deadline, and may have been carried out", async () => {
    const client = await at(() => undefined, 300);
    expect(await failureOf(client.refresh("dor_v1_x"))).toMatchObject({ reason: "TIMEOUT", applied: "unknown" });
  });

  test("that never ends its answer ends by the deadline", async () => {
    const client = await at((_, response) => void response.write('{"access_token":'), 300);
    expect(await failureOf(client.refresh("dor_v1_x"))).toMatchObject({ reason: "TIMEOUT", applied: "unknown" });
  });

  test("that answers without end is ended", async () => {
    const client = await at((_, response) => {
      const more = () => {
        while (response.write("x".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    });
    expect(await failureOf(client.refresh("dor_v1_x"))).toMatchObject({ reason: "TRUNCATED", applied: "unknown" });
  });

  test.each([301, 302, 303, 307, 308])("is not sent on by a redirect with %d", async (status) => {
    const seen: string[] = [];
    const client = await at((request, response) => {
      seen.push(request.url ?? "");
      response.writeHead(status, { location: "/elsewhere" }).end();
    });
    for (const ask of [client.refresh("dor_v1_x"), client.revoke("access_token", "doo_v1_x")])
      expect(await failureOf(ask)).toMatchObject({ reason: "REDIRECTED", applied: "unknown" });
    expect(seen.toSorted()).toEqual(["/v1/oauth/revoke", "/v1/oauth/token"]);
  });

  test.each(['"a text"', "7", "null", "true"])("that answers %s is not understood", async (body) => {
    const client = await at((_, response) => void response.setHeader("content-type", "application/json").end(body));
    expect(await failureOf(client.refresh("dor_v1_x"))).toMatchObject({ reason: "API_CHANGED", applied: "unknown" });
  });

  test("whose answer wants to change what objects are, is not understood", async () => {
    const client = await at((_, response) => void response.end('{"__proto__": {"access_token": "x"}}'));
    expect(await failureOf(client.refresh("dor_v1_x"))).toMatchObject({ reason: "API_CHANGED", applied: "unknown" });
  });

  test("that refuses with status 200 is taken at its word", async () => {
    const client = await at((_, response) => void response.end('{"error": "invalid_grant"}'));
    expect(await failureOf(client.refresh("dor_v1_x"))).toMatchObject({ error: "invalid_grant", status: 200 });
  });

  test("that quotes the secrets is not quoted", async () => {
    const client = await at((request, response) => {
      let sent = "";
      request.on("data", (chunk: Buffer) => (sent += chunk.toString()));
      request.on("end", () => {
        const description = `you sent ${decodeURIComponent(sent)}`;
        response.writeHead(400).end(JSON.stringify({ error: "invalid_request", error_description: description }));
      });
    });
    const error = await failureOf(client.refresh("dor_v1_of_a_test"));
    expect(error.message).toContain("refresh_token=[secret]");
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    for (const secret of ["dor_v1_of_a_test", "a-client-secret"]) expect(shown).not.toContain(secret);
  });
});
