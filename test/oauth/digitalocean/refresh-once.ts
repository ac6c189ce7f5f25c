import { createRequire } from "node:module";
import { json } from "node:stream/consumers";

import { Application } from "../../../oauth/applications";
import { DigitalOceanOAuth } from "../../../oauth/digitalocean/client";

/** A process that refreshes a token once, and writes the new one. */
async function main(): Promise<void> {
  const { oauthUrl, id, secret, refresh } = (await json(process.stdin)) as Record<string, string>;
  const facts = { name: "Shop", clientId: id!, redirectUris: [], oauthUrl: oauthUrl!, issuer: oauthUrl! };
  const client = new DigitalOceanOAuth(
    new Application({ ...facts, issuerRequired: false, refreshAt: "token" }, secret),
  );
  const { accessToken } = await client.refresh(refresh!);
  const debug = createRequire(require.resolve("simple-oauth2"))("debug") as (name: string) => (text: string) => void;
  debug("other:debugged")("something else");
  process.stdout.write(JSON.stringify({ access: accessToken, DEBUG: process.env.DEBUG }));
}

main().catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
