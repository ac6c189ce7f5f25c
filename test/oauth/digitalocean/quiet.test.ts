import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { TestAuthorizationServer } from "../../sandbox/oauth/authorization-server";

/** As when somebody debugs something else and has `DEBUG=*` in the environment. */
test.each(["*", "simple-oauth2*", "simple-oauth2:client,other"])(
  "DEBUG=%s shows nothing of what is sent",
  async (DEBUG) => {
    const server = await TestAuthorizationServer.open();
    const { refresh } = await server.tokens();
    const child = spawn(process.execPath, [join(__dirname, "refresh-once.js")], { env: { ...process.env, DEBUG } });
    const ended = once(child, "close");
    const { id, secret } = server.client;
    child.stdin.end(JSON.stringify({ oauthUrl: `${server.origin}/v1/oauth`, id, secret, refresh }));
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await ended;
    await server.close();
    const said = JSON.parse(output) as { access: string; DEBUG: string };
    expect(said.access).toMatch(/^doo_v1_/);
    // The programs that are started from here have it as it was, and others than that library may speak.
    expect(said.DEBUG).toBe(DEBUG);
    expect(errors.includes("other:debugged")).toBe(DEBUG === "*");
    for (const hidden of [refresh, secret, said.access, "simple-oauth2"]) expect(errors).not.toContain(hidden);
  },
);
