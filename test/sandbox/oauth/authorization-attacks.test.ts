import { request as httpRequest } from "node:http";

import { account, redirectUri, TestAuthorizationServer } from "./authorization-server";
import { Browser, formOf } from "./browser";

describe("a request for consent that is not in order", () => {
  let server: TestAuthorizationServer;
  let browser: Browser;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
    browser = new Browser();
  });
  afterEach(() => server.close());

  test.each([
    ["no client", { client_id: undefined }, "client_id"],
    ["an unknown client", { client_id: "f".repeat(64) }, "Client authentication failed due to unknown client"],
    ["no redirect", { redirect_uri: undefined }, "redirect_uri"],
    ["an unknown scope", { scope: "read droplets:read" }, "The requested scope is invalid, unknown, or malformed."],
    ["an empty scope", { scope: " " }, "The requested scope is invalid, unknown, or malformed."],
  ])("is refused on a page: %s", async (_, parameters, message) => {
    const { status, location, text } = await browser.open(server.authorizeUrl(parameters));
    expect([status, location]).toEqual([400, ""]);
    expect(text).toContain("An error has occurred");
    expect(text).toContain(message);
    expect(text).not.toContain("<form");
  });

  test.each([
    "https://client.example/callback/",
    "https://client.example/callback?next=https://evil.example",
    "https://client.example/callback#fragment",
    "https://client.example/callback/../evil",
    "https://client.example/Callback",
    "https://CLIENT.example/callback",
    "http://client.example/callback",
    "https://client.example:443/callback",
    "https://client.example:8443/callback",
    "https://client.example.evil.example/callback",
    "https://client.example@evil.example/callback",
    "https://evil.example/?https://client.example/callback",
    "//client.example/callback",
    "/callback",
    "https:client.example/callback",
    " https://client.example/callback",
    "https://client.example/callback ",
    "https://client.example\\@evil.example/callback",
    "https://client.example%2f@evil.example/callback",
    "javascript:alert(1)//https://client.example/callback",
    "data:text/html,https://client.example/callback",
    "https://client.example/callback\r\nset-cookie: a=b",
    "https://client.example/callback\0",
    "null",
  ])("never redirects to what was not registered: %j", async (uri) => {
    const { status, location, text } = await browser.open(server.authorizeUrl({ redirect_uri: uri }));
    expect([status, location]).toEqual([400, ""]);
    expect(text).toContain("The redirect uri included is not valid.");
  });

  test("does not take one of two redirects or clients", async () => {
    for (const more of [`redirect_uri=https://evil.example`, `client_id=${server.other.id}`]) {
      const { status, location } = await browser.open(`${server.authorizeUrl()}&${more}`);
      expect([status, location]).toEqual([400, ""]);
    }
  });

  test.each([
    ["no response type", { response_type: undefined }, "invalid_request"],
    ["another response type", { response_type: "id_token" }, "unsupported_response_type"],
    ["a token where the application may have none at once", { response_type: "token" }, "unauthorized_client"],
    [
      "a challenge in plain text",
      { code_challenge: "a".repeat(43), code_challenge_method: "plain" },
      "invalid_request",
    ],
    ["a challenge without a method", { code_challenge: "a".repeat(43) }, "invalid_request"],
    ["a challenge that is none", { code_challenge: "short", code_challenge_method: "S256" }, "invalid_request"],
    ["a method without a challenge", { code_challenge_method: "S256" }, "invalid_request"],
  ])("is told to the application: %s", async (_, parameters, error) => {
    const { status, location } = await browser.open(
      server.authorizeUrl({ scope: "read", state: "a&b", ...parameters }),
    );
    expect(status).toBe(302);
    const url = new URL(location);
    expect(`${url.origin}${url.pathname}`).toBe(redirectUri);
    const answer = new URLSearchParams(url.search === "" ? url.hash.slice(1) : url.search);
    expect(answer.get("error")).toBe(error);
    expect(answer.get("error_description")).not.toBe("");
    expect(answer.get("state")).toBe("a&b");
    expect(answer.has("code")).toBe(false);
  });

  test("that says something twice is told so", async () => {
    const { location } = await browser.open(`${server.authorizeUrl()}&response_type=code`);
    expect(new URL(location).searchParams.get("error")).toBe("invalid_request");
  });

  test("puts nothing into the headers of the answer", async () => {
    const state = "x\r\nset-cookie: stolen=1\r\n\r\n<script>";
    for (const parameters of [
      { state, scope: "read" },
      { state, response_type: "x" },
    ]) {
      const page = await browser.open(server.authorizeUrl(parameters));
      const answer = page.location === "" ? await browser.submit(page, "authorize") : page;
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.location).not.toMatch(/[\r\n<]/);
      expect(new URL(answer.location).searchParams.get("state")).toBe(state);
    }
  });

  test("puts nothing into the pages but text", async () => {
    const script = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;
    server.client = server.register({ name: `Shop ${script}`, redirectUris: [redirectUri] });
    const pages = await Promise.all([
      browser.open(server.authorizeUrl({ state: script, scope: "read", prompt: script, i: account.uuid })),
      browser.open(server.authorizeUrl({ scope: script })),
      browser.open(server.authorizeUrl({ client_id: script })),
      browser.open(server.authorizeUrl({ redirect_uri: script })),
    ]);
    expect(pages.map(({ status }) => status)).toEqual([200, 400, 400, 400]);
    for (const { text } of pages) expect(text).not.toMatch(/<script|<img|onerror=[^&]*>/);
    expect(pages[0].text).toContain("Shop &quot;&#39;&gt;&lt;script&gt;alert(1)");
  });

  test("is shown on pages that run nothing, load nothing and are in no frame", async () => {
    for (const url of [server.authorizeUrl({ scope: "read" }), server.authorizeUrl({ client_id: "nobody" })]) {
      const { headers, text } = await browser.open(url);
      const policy = headers.get("content-security-policy") ?? "";
      for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"])
        expect(policy).toContain(part);
      expect(policy).not.toMatch(/unsafe|script-src|\*/);
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(text).not.toMatch(/<(script|link|img|iframe)|src=|url\(|@import| on[a-z]+=/i);
    }
  });
});

describe("a consent that the owner did not give", () => {
  let server: TestAuthorizationServer;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
  });
  afterEach(() => server.close());

  const form = async (browser: Browser, parameters: Record<string, string> = {}) => {
    const page = await browser.open(server.authorizeUrl({ scope: "read", ...parameters }));
    return new URLSearchParams({ ...formOf(page).fields, decision: "authorize" });
  };
  const send = (browser: Browser, body: URLSearchParams, headers: Record<string, string> = { origin: server.origin }) =>
    browser.send(`${server.origin}/v1/oauth/authorize`, body, headers);

  test("is not taken from a form that another browser was shown", async () => {
    const attacker = new Browser();
    const victim = new Browser();
    await form(victim);
    expect((await send(victim, await form(attacker))).status).toBe(403);
    expect((await send(new Browser(), await form(attacker))).status).toBe(403);
  });

  test("is not taken from a form that asks for something else than was shown", async () => {
    const browser = new Browser();
    const body = await form(browser);
    const more = new URL(server.authorizeUrl({ scope: "read write" })).search.slice(1);
    body.set("request", Buffer.from(more).toString("base64url"));
    expect((await send(browser, body)).status).toBe(403);
  });

  test.each([{ origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }])(
    "is not taken from another site: %j",
    async (headers) => {
      const browser = new Browser();
      expect((await send(browser, await form(browser), headers)).status).toBe(403);
    },
  );

  test("is not taken from a form of a sandbox that was started anew since", async () => {
    const browser = new Browser();
    const body = await form(browser);
    await server.restart();
    const answer = await send(browser, body);
    expect([answer.status, answer.location]).toEqual([403, ""]);
  });

  test("is not taken under a name that leads to loopback", async () => {
    const status = await new Promise((resolve, reject) => {
      httpRequest(server.authorizeUrl({ scope: "read" }), { headers: { host: "rebound.evil.example" } })
        .on("response", (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(400);
  });

  test("makes no code when it is asked for by HEAD or PUT", async () => {
    await server.tokens({ scope: "read" });
    for (const method of ["HEAD", "PUT"]) {
      const url = server.authorizeUrl({ scope: "read", prompt: "none" });
      const answer = await fetch(url, { method, redirect: "manual" });
      expect([answer.status, answer.headers.get("location")]).toEqual([404, null]);
    }
  });
});
