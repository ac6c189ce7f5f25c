import type { TokenSource } from "../connections/credentials";
import { type Connection, localTenant } from "../oauth/connection";
import { DigitalOceanOAuth } from "../oauth/digitalocean/client";
import { connectionTokens, type TokenEndpoint } from "../oauth/tokens";
import { openEmbeddedVault } from "../oauth/vault/embedded";
import type { Vault } from "../oauth/vault/vault";
import { applicationOf } from "./applications";
import { AmbiguousConnection, NotConnected } from "./errors";
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

/**
 * @param wanted its name; may be left out where there is but one
 * @throws NotConnected, AmbiguousConnection
 */
export async function openDigitalOcean(home: Home, wanted: string | undefined): Promise<OpenConnection> {
  const directory = connectionsDirectory(home);
  const vault = await openEmbeddedVault(directory);
  try {
    const connection = await choose(vault, wanted);
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
  } catch (error) {
    await vault.close();
    throw error;
  }
}

async function choose(vault: Vault, wanted: string | undefined): Promise<Connection> {
  const all = (await vault.list(localTenant)).filter(({ kind }) => kind.startsWith("digitalocean-"));
  const found = wanted === undefined ? all : all.filter(({ name }) => name === wanted);
  const [first, second] = found;
  if (first === undefined)
    throw new NotConnected(
      wanted,
      all.map(({ name }) => name),
    );
  if (second !== undefined) throw new AmbiguousConnection(all.map(({ name }) => name));
  return first;
}

function endpointFor(home: Home): (of: { readonly clientId: string }) => TokenEndpoint {
  return ({ clientId }) => new DigitalOceanOAuth(applicationOf(home, process.env, clientId));
}
