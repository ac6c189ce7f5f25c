import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { oauthFileStore, UnreadableOAuthState } from "../../../sandbox/oauth/store";
import { refusal, TestAuthorizationServer, tokensIn } from "./authorization-server";

describe("what the authorization server keeps", () => {
  let server: TestAuthorizationServer;
  beforeEach(async () => {
    server = await TestAuthorizationServer.open();
  });
  afterEach(() => server.close());

  const file = () => join(server.directory, "oauth.json");

  test("survives a restart in the middle of everything", async () => {
    const before = await server.tokens();
    const revoked = await server.tokens();
    await server.post("/v1/oauth/revoke", { token: revoked.access }, { authorization: `Bearer ${revoked.access}` });
    const code = await server.code();
    await server.restart();
    expect(server.isLetIn(before.access)).toBe(true);
    expect(server.isLetIn(revoked.access)).toBe(false);
    const exchanged = tokensIn(await server.post("/v1/oauth/token", server.exchangeOf(code)));
    await server.restart();
    expect(refusal(await server.post("/v1/oauth/token", server.exchangeOf(code)))).toEqual([400, "invalid_grant"]);
    expect(server.isLetIn(exchanged.access)).toBe(false);
    const after = tokensIn(await server.refresh(before.refresh));
    await server.restart();
    expect([server.isLetIn(before.access), server.isLetIn(after.access)]).toEqual([false, true]);
    expect(refusal(await server.refresh(before.refresh))).toEqual([400, "invalid_grant"]);
  });

  test("holds no secret in plain", async () => {
    const code = await server.code();
    const tokens = await server.tokens();
    const text = readFileSync(file(), "utf8");
    for (const secret of [code, tokens.access, tokens.refresh, server.client.secret])
      for (const part of [secret, secret.slice(-64)]) expect(text).not.toContain(part);
    expect(text).toContain(server.client.id);
  });

  test("is its owner's alone, and nothing half-written lies beside it", async () => {
    await server.tokens();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(server.directory)).toEqual(["oauth.json"]);
  });

  test.each([
    ["cut off", '{"version":1,'],
    ["of another version", '{"version":2,"applications":[],"codes":[],"tokens":[]}'],
    ["with something missing", '{"version":1,"applications":[],"codes":[]}'],
  ])("is not taken for something else when it is %s", (_, text) => {
    writeFileSync(file(), text);
    expect(() => oauthFileStore(server.directory).read()).toThrow(UnreadableOAuthState);
  });

  test("is forgotten when it can't matter any more", async () => {
    const day = 86_400_000;
    const { refresh } = await server.tokens();
    await server.refresh(refresh);
    server.clock.advance(2 * day);
    await server.tokens();
    expect(server.authority.state.codes).toHaveLength(1);
    expect(server.authority.state.tokens).toHaveLength(3);
    server.clock.advance(89 * day);
    await server.tokens();
    // The one that was refreshed is gone; the others can still be refreshed.
    expect(server.authority.state.tokens).toHaveLength(3);
  });

  test("stays as it was when a change can't be written", async () => {
    const { refresh, access } = await server.tokens();
    server.diskFailure = new Error("no space left on device");
    expect((await server.refresh(refresh)).status).toBe(500);
    expect(server.log.join()).toContain("no space left on device");
    expect(server.isLetIn(access)).toBe(true);
    server.diskFailure = undefined;
    expect((await server.refresh(refresh)).status).toBe(200);
  });
});
