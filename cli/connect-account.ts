import { checkDigitalOcean } from "../connections/digitalocean/check";
import { sentence } from "../connections/sentence";
import type { CheckedAccount, Provider, Verdict } from "../connections/verdict";
import { type Application, digitalOceanOAuthUrl } from "../oauth/applications";
import type { Authorized } from "../oauth/authorization/authorization";
import {
  type AccountSeen,
  accountSeen,
  type Connection,
  type ConnectionKind,
  type Credentials,
  localTenant,
  oauthCredentials,
} from "../oauth/connection";
import { DigitalOceanOAuth } from "../oauth/digitalocean/client";
import type { Grant } from "../oauth/grant";
import { noRenewal } from "../oauth/renewal";
import type { Vault } from "../oauth/vault/vault";

/** What came of connecting. */
export interface Connected {
  /** Of the connection check. After a consent it may also be that nobody could look. */
  readonly verdict: Verdict;
  /** Whether there was a connection of that name, which goes on with these credentials. */
  readonly renewed: boolean;
}

interface Target {
  readonly vault: Vault;
  /** The connection's. */
  readonly name: string;
  readonly apiUrl: string;
  /** What the token has to be good for. */
  readonly scopes: readonly string[];
}

export interface ConsentOptions extends Target {
  readonly application: Application;
  /** Asks the account's owner. */
  readonly authorize: () => Promise<Authorized>;
  /** Keeps what is needed to speak for the application later. */
  readonly remember: () => void;
  /** The application of a connection that is made anew through another one. */
  readonly former: (clientId: string) => Application;
}

/**
 * Connects through a registered application. Tokens that are not kept are given back.
 * @throws what `authorize` throws; NotAsItWas, NotConnectedTo
 */
export async function connectByConsent(options: ConsentOptions): Promise<Connected> {
  const { vault, name, apiUrl, application, scopes, authorize, remember, former } = options;
  const before = await existing(vault, name, "digitalocean-oauth");
  const { grant, scopes: granted } = await authorize();
  const client = new DigitalOceanOAuth(application);
  try {
    const expected = expectedOf(before);
    const { accessToken: token, expires } = grant;
    const tokenInfoUrl = `${application.oauthUrl}/token/info`;
    const checked = await checkDigitalOcean({ apiUrl, token, expires, expected, scopes, tokenInfoUrl });
    const verdict = passes(checked) ? (mismatch(before, grant) ?? checked) : checked;
    if (!isGood(verdict) && !passes(verdict)) throw new NotConnectedTo(name, verdict);
    remember();
    const { clientId } = application;
    const credentials = oauthCredentials({ ...grant, scopes: granted }, { apiUrl, clientId });
    const old = await keep(options, before, credentials, accountIn(verdict) ?? grant.account);
    if (old?.kind === "digitalocean-oauth") await giveBack(() => new DigitalOceanOAuth(former(old.clientId)), old);
    return { verdict, renewed: before !== undefined };
  } catch (error) {
    await giveBack(() => client, grant);
    throw error;
  }
}

export interface TokenOptions extends Target {
  readonly token: string;
  /** Whom to ask what the token may do. Default: DigitalOcean's own authorization server. */
  readonly oauthUrl?: string | undefined;
}

/**
 * Connects with an API token that somebody has made.
 * @throws NotAsItWas
 * @throws NotConnectedTo for whatever the connection check finds wrong: nothing is lost by trying again
 */
export async function connectByToken(options: TokenOptions): Promise<Connected> {
  const { vault, name, apiUrl, token, scopes, oauthUrl = digitalOceanOAuthUrl } = options;
  const before = await existing(vault, name, "digitalocean-token");
  const expected = expectedOf(before);
  const verdict = await checkDigitalOcean({ apiUrl, token, expected, scopes, tokenInfoUrl: `${oauthUrl}/token/info` });
  if (!isGood(verdict)) throw new NotConnectedTo(name, verdict);
  await keep(options, before, { kind: "digitalocean-token", apiUrl, token }, accountIn(verdict));
  return { verdict, renewed: before !== undefined };
}

/** The account can't be used as it is. What was granted is given back. */
export class NotConnectedTo extends Error {
  override readonly name = "NotConnectedTo";
  readonly code = "NOT_CONNECTED_TO";

  constructor(
    readonly connection: string,
    readonly verdict: Verdict,
    provider: Provider = "DigitalOcean",
  ) {
    super(`«${connection}» was not connected. ${sentence(verdict, { provider })}`);
  }
}

/** A connection of that name is of another kind, and its deployments rely on it. */
export class NotAsItWas extends Error {
  override readonly name = "NotAsItWas";
  readonly code = "NOT_AS_IT_WAS";

  constructor({ name, kind }: Connection) {
    super(
      `there is a connection «${name}» already, of another kind (${kind}): choose another --name, ` +
        `or end that one first with: deploy4me disconnect ${name}`,
    );
  }
}

/**
 * @returns the connection of that name, which is made anew
 * @throws NotAsItWas
 */
export async function existing(vault: Vault, name: string, kind: ConnectionKind): Promise<Connection | undefined> {
  const found = (await vault.list(localTenant)).find((connection) => connection.name === name);
  if (found !== undefined && found.kind !== kind) throw new NotAsItWas(found);
  return found;
}

/** A connection that is made anew has to lead where it led: its deployments are there. */
function expectedOf(before: Connection | undefined): { accountUuid?: string; teamUuid?: string } {
  const { uuid: accountUuid, team } = before?.account ?? {};
  return {
    ...(accountUuid === undefined ? {} : { accountUuid }),
    ...(team === undefined ? {} : { teamUuid: team.uuid }),
  };
}

function isGood({ kind }: Verdict): boolean {
  return kind === "works" || kind === "locked";
}

/** What says nothing about the token: it was given a moment ago, and nobody could look. */
function passes({ kind }: Verdict): boolean {
  return ["rate-limited", "blocked", "provider-down", "network-down", "api-changed"].includes(kind);
}

/** When nobody could look at the account, what the authorization server said of it has to do. */
function mismatch(before: Connection | undefined, { account: found }: Grant): Verdict | undefined {
  const { accountUuid, teamUuid } = expectedOf(before);
  if (accountUuid === undefined || found === undefined) return undefined;
  if (found.uuid !== accountUuid) return { kind: "wrong-account", expected: accountUuid, found };
  return teamUuid === undefined || found.team?.uuid === teamUuid
    ? undefined
    : { kind: "wrong-team", expected: teamUuid, found };
}

function accountIn(verdict: Verdict): CheckedAccount | undefined {
  return verdict.kind === "works" || verdict.kind === "locked" ? verdict.account : undefined;
}

/** @returns what was kept before */
export async function keep(
  { vault, name }: Pick<Target, "vault" | "name">,
  before: Connection | undefined,
  credentials: Credentials,
  account: CheckedAccount | undefined,
): Promise<Credentials | undefined> {
  const seen = account === undefined ? {} : { account: seenNow(account) };
  if (before === undefined) {
    await vault.add({ tenant: localTenant, name, credentials, ...seen });
    return undefined;
  }
  return vault.update(before, (entry) => {
    const renewal = { ...noRenewal, fence: entry.renewal.fence + 1 };
    return { change: { credentials, ...seen, state: { state: "usable" }, renewal }, result: entry.credentials };
  });
}

function seenNow({ uuid, email, name, team }: CheckedAccount): AccountSeen {
  const account = {
    uuid,
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
    ...(team === undefined ? {} : { team }),
  };
  return accountSeen(account, new Date());
}

/** So that nothing is left at the provider that nobody here knows. If it fails, it runs out by itself. */
async function giveBack(
  client: () => DigitalOceanOAuth,
  tokens: Pick<Grant, "accessToken" | "refreshToken">,
): Promise<void> {
  try {
    await client().revokeBoth(tokens);
  } catch {
    // It was to be tidy, and is no reason to fail.
  }
}
