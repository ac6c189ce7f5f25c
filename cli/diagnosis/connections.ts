import { existsSync } from "node:fs";
import { join } from "node:path";

import { ReconnectNeeded } from "../../connections/credentials";
import { checkDigitalOcean } from "../../connections/digitalocean/check";
import { sentence } from "../../connections/sentence";
import type { Verdict } from "../../connections/verdict";
import { isForAws, NothingToSignWith } from "../../oauth/aws-credentials";
import { type Connection, localTenant } from "../../oauth/connection";
import { openEmbeddedVault } from "../../oauth/vault/embedded";
import { openDigitalOcean } from "../connection";
import { connectionsDirectory, type Home } from "../home";
import { type Finding, orFinding } from "./finding";

/** For a token that has to be renewed first, in milliseconds. */
const tokenWithin = 60_000;

/** Each connection, as the provider itself sees it at this moment. */
export async function connections(home: Home): Promise<readonly Finding[]> {
  const directory = connectionsDirectory(home);
  const all = existsSync(join(directory, "vault.db")) ? await listed(directory) : [];
  if (all.length === 0)
    return [
      {
        area: "connections",
        subject: "connections",
        state: "note",
        sentence: "There are none yet: make one with `deploy4me connect digitalocean` or `deploy4me connect aws`.",
      },
    ];
  const looks = all.map((connection) =>
    orFinding("connections", connection.name, async () => [found(connection, await check(home, connection))]),
  );
  return (await Promise.all(looks)).flat();
}

async function listed(directory: string): Promise<readonly Connection[]> {
  const vault = await openEmbeddedVault(directory);
  try {
    return await vault.list(localTenant);
  } finally {
    await vault.close();
  }
}

/** @throws ReconnectNeeded, RenewalFailed */
async function check(home: Home, connection: Connection): Promise<Verdict> {
  return connection.kind.startsWith("aws-") ? checkAtAws(home, connection) : checkAtDigitalOcean(home, connection);
}

async function checkAtAws(home: Home, connection: Connection): Promise<Verdict> {
  const vault = await openEmbeddedVault(connectionsDirectory(home));
  try {
    const { credentials } = await vault.read(connection);
    if (!isForAws(credentials)) throw new NothingToSignWith(connection);
    if (connection.state === "reconnect")
      throw new ReconnectNeeded(connection.name, connection.reason ?? "refused", { provider: "AWS" });
    // AWS's clients are loaded where they are needed.
    const { checkAwsConnection } = await import("../connect-aws-account.js");
    return await checkAwsConnection(credentials, connection.account?.uuid);
  } finally {
    await vault.close();
  }
}

async function checkAtDigitalOcean(home: Home, { name, account }: Connection): Promise<Verdict> {
  const open = await openDigitalOcean(home, name);
  try {
    const { value: token, expires } = await open.tokens.current(AbortSignal.timeout(tokenWithin));
    const expected = account === undefined ? {} : { accountUuid: account.uuid, teamUuid: account.team?.uuid };
    return await checkDigitalOcean({ apiUrl: open.apiUrl.href, token, expires, expected });
  } finally {
    await open.close();
  }
}

function found({ name, kind, state, account }: Connection, verdict: Verdict): Finding {
  return {
    area: "connections",
    subject: name,
    state: verdict.kind === "works" ? "ok" : "attention",
    sentence: sentence(verdict, { provider: kind.startsWith("aws-") ? "AWS" : "DigitalOcean" }),
    details: { kind, state, verdict, ...(account === undefined ? {} : { accountSeen: account }) },
  };
}
