import * as fc from "fast-check";

import { ManualClock } from "../../../sandbox/clock";
import { addApplication } from "../../../sandbox/oauth/applications";
import { exchangeCode, issueCode, refreshToken } from "../../../sandbox/oauth/grants";
import { hashOf } from "../../../sandbox/oauth/secrets";
import { emptyOAuthState } from "../../../sandbox/oauth/state";
import { isLive, revoke } from "../../../sandbox/oauth/tokens";
import { redirectUri, TestAuthorizationServer } from "./authorization-server";

/** Text as somebody sends it who looks for a hole, or has none. */
const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    " ",
    "\0",
    "\r\nset-cookie: a=b",
    "<script>",
    "%00",
    "https://evil.example",
    "__proto__",
    redirectUri,
  ),
);

describe("whatever is sent to the authorization server", () => {
  let server: TestAuthorizationServer;
  beforeAll(async () => {
    server = await TestAuthorizationServer.open();
  });
  afterAll(() => server.close());

  test("a request for consent is answered, and leads nowhere but where the application is", async () => {
    const name = fc.constantFrom("client_id", "redirect_uri", "response_type", "scope", "state", "prompt", "i", "x");
    const challenge = fc.constantFrom("code_challenge", "code_challenge_method");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.oneof(name, challenge), nasty), { maxLength: 6 }), async (pairs) => {
        const query = new URLSearchParams([...new URL(server.authorizeUrl({ scope: "read" })).searchParams, ...pairs]);
        for (const more of [new URLSearchParams(pairs), query]) {
          const url = `${server.origin}/v1/oauth/authorize?${more.toString()}`;
          const { status, headers } = await fetch(url, { redirect: "manual" });
          expect([200, 302, 400]).toContain(status);
          const location = headers.get("location");
          if (location !== null) expect(location.startsWith(`${redirectUri}?`)).toBe(true);
          expect(headers.getSetCookie().join()).not.toContain("a=b");
        }
      }),
      { numRuns: 150 },
    );
    expect(server.log).toEqual([]);
  });

  test("a request for tokens is refused in the standard's form", async () => {
    const name = fc.constantFrom("grant_type", "code", "refresh_token", "client_id", "client_secret", "token", "scope");
    const grant = fc.constantFrom("authorization_code", "refresh_token", "password");
    const path = fc.constantFrom("token", "refresh", "revoke");
    const type = fc.constantFrom("application/x-www-form-urlencoded", "application/json", "text/plain", "x");
    await fc.assert(
      fc.asyncProperty(path, type, grant, fc.dictionary(name, nasty), async (where, contentType, grantType, more) => {
        const parameters = { grant_type: grantType, ...more };
        const body = contentType.endsWith("json")
          ? JSON.stringify(parameters)
          : String(new URLSearchParams(parameters));
        const headers = { "content-type": contentType };
        const answer = await server.call(`/v1/oauth/${where}`, { method: "POST", headers, body });
        expect([400, 401, 415]).toContain(answer.status);
        expect(answer.body).toEqual({
          error: expect.stringMatching(/^[a-z_]+$/) as unknown,
          error_description: expect.any(String) as unknown,
        });
      }),
      { numRuns: 150 },
    );
    expect(server.log).toEqual([]);
  });
});

describe("whatever is done with one consent", () => {
  type Step = "exchange" | "refresh the latest" | "refresh an old one" | "revoke" | "wait";
  const steps = fc.array(
    fc.constantFrom<Step>("exchange", "refresh the latest", "refresh an old one", "revoke", "wait"),
    { maxLength: 12 },
  );

  test.each([false, true])("there is never more than one live token (public client: %s)", (isPublic) => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const clock = new ManualClock(new Date("2026-01-01T12:00:00Z"));
        const state = emptyOAuthState();
        const { application } = addApplication(state, { name: "x", public: isPublic, redirectUris: [redirectUri] }, "");
        const code = issueCode(state, { application, redirectUri, scopes: ["read"], teamUuid: "t" }, clock.now());
        const refreshes: string[] = [];
        const accesses: string[] = [];
        for (const step of sequence) {
          const now = clock.now();
          if (step === "wait") clock.advance(1_800_000);
          else if (step === "revoke") {
            for (const token of state.tokens) if (isLive(token, now)) revoke(token, now);
          } else {
            const refresh = step === "refresh the latest" ? refreshes.at(-1) : refreshes[0];
            const result =
              step === "exchange"
                ? exchangeCode(state, application, { code, redirectUri }, now)
                : refreshToken(state, refresh ?? "none", undefined, undefined, now);
            if (!("refused" in result)) {
              refreshes.push(result.refresh ?? "");
              accesses.push(result.access);
            }
          }
          const live = state.tokens.filter((token) => isLive(token, clock.now()));
          expect(live.length).toBeLessThanOrEqual(1);
          // And it is the one that was given last.
          for (const { accessHash } of live) expect(accessHash).toBe(hashOf(accesses.at(-1) ?? ""));
        }
        expect(new Set([...refreshes, ...accesses]).size).toBe(refreshes.length + accesses.length);
      }),
      { numRuns: 500 },
    );
  });
});
