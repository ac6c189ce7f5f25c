import type { AwsCredentialSource } from "../connections/aws/credentials";
import type { TokenSource } from "../connections/credentials";
import { connectionAwsCredentials, isForAws } from "../oauth/aws-credentials";
import { type Connection, localTenant } from "../oauth/connection";
import { DigitalOceanOAuth } from "../oauth/digitalocean/client";
import { connectionTokens, type TokenEndpoint } from "../oauth/tokens";
import { openEmbeddedVault } from "../oauth/vault/embedded";
import type { Vault } from "../oauth/vault/vault";
import { applicationOf } from "./applications";
import { AmbiguousConnection, type ConnectedCloud, NotConnected } from "./errors";
import { connectionsDirectory, type Home } from "./home";

/** A connection to DigitalOcean that is ready to be used. */
export interface OpenConnection {
  readonly name: string;
  /** Whose requests DigitalOcean counts together. */
  readonly account: string;
  readonly apiUrl: URL;
  readonly tokens: TokenSource;
  close(): Promise<void>;
}

/** A connection to AWS that is ready to be used. */
export interface OpenAwsConnection {
  readonly name: string;
  /** What requests are signed with, renewed for as long as this is open. */
  readonly credentials: AwsCredentialSource;
  close(): Promise<void>;
}

/**
 * @param wanted its name; may be left out where there is but one
 * @throws NotConnected, AmbiguousConnection
 */
export function openDigitalOcean(home: Home, wanted: string | undefined): Promise<OpenConnection> {
  return open(home, "digitalocean", wanted, async (vault, connection) => {
    const { credentials } = await vault.read(connection);
    if (credentials.kind !== "digitalocean-oauth" && credentials.kind !== "digitalocean-token")
      throw new NotConnected(wanted);
    return {
      name: connection.name,
      account: connection.account?.uuid ?? connection.id,
      apiUrl: new URL(credentials.apiUrl),
      tokens: connectionTokens(vault, connection, { endpoint: endpointFor(home) }),
      close: () => vault.close(),
    };
  });
}

/**
 * The same to AWS. Where STS is says `AWS_ENDPOINT_URL`, or else AWS itself for the connection's region.
 * @param wanted its name; may be left out where there is but one
 * @throws NotConnected, AmbiguousConnection
 */
export function openAws(home: Home, wanted: string | undefined): Promise<OpenAwsConnection> {
  return open(home, "aws", wanted, async (vault, connection) => {
    const { credentials } = await vault.read(connection);
    if (!isForAws(credentials)) throw new NotConnected(wanted, [], "aws");
    return {
      name: connection.name,
      credentials: connectionAwsCredentials(vault, connection),
      close: () => vault.close(),
    };
  });
}

/** The vault stays open for as long as what was opened with it. */
async function open<Opened>(
  home: Home,
  cloud: ConnectedCloud,
  wanted: string | undefined,
  body: (vault: Vault, connection: Connection) => Promise<Opened>,
): Promise<Opened> {
  const vault = await openEmbeddedVault(connectionsDirectory(home));
  try {
    return await body(vault, await choose(vault, cloud, wanted));
  } catch (error) {
    await vault.close();
    throw error;
  }
}

async function choose(vault: Vault, cloud: ConnectedCloud, wanted: string | undefined): Promise<Connection> {
  const listed = await vault.list(localTenant);
  const all = listed.filter(({ kind }) => kind.startsWith(`${cloud}-`));
  const names = all.map(({ name }) => name);
  const [first, second] = wanted === undefined ? all : all.filter(({ name }) => name === wanted);
  if (first === undefined)
    throw new NotConnected(
      wanted,
      names,
      cloud,
      listed.some(({ name }) => name === wanted),
    );
  if (second !== undefined) throw new AmbiguousConnection(names, cloud);
  return first;
}

function endpointFor(home: Home): (of: { readonly clientId: string }) => TokenEndpoint {
  return ({ clientId }) => new DigitalOceanOAuth(applicationOf(home, process.env, clientId));
}
