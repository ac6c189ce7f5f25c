import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TokenSource } from "../../connections/credentials";
import { type Connection, type CredentialsOf, localTenant, oauthCredentials } from "../../oauth/connection";
import { DigitalOceanOAuth } from "../../oauth/digitalocean/client";
import { noRenewal } from "../../oauth/renewal";
import { connectionTokens, type TokensOptions } from "../../oauth/tokens";
import { Keyring } from "../../oauth/vault/keyring";
import { SqliteStore, type SqliteStoreOptions } from "../../oauth/vault/sqlite-store";
import { Vault } from "../../oauth/vault/vault";
import { pkce, redirectUri, TestAuthorizationServer } from "../sandbox/oauth/authorization-server";
import { applicationIn } from "./application-in";
import { applicationAt } from "./owner";
import { TokenGate } from "./token-gate";
import { openStore, type StoreAddress } from "./vault/stores";

/** 28 days, in milliseconds: two before the end of a token, when it is due to be renewed. */
export const untilDue = 28 * 86_400_000;

/** A connection made by consent, in a vault; the authorization server is the sandbox's own, with a gate before it. */
export class Connected {
  private constructor(
    readonly server: TestAuthorizationServer,
    readonly gate: TokenGate,
    readonly directory: string,
    readonly address: StoreAddress,
    readonly vault: Vault<Keyring>,
    readonly connection: Connection,
  ) {}

  /** @param address of the store; default: SQLite */
  static async open(address?: StoreAddress): Promise<Connected> {
    const server = await TestAuthorizationServer.open();
    const gate = await TokenGate.open(server.origin);
    const directory = mkdtempSync(join(tmpdir(), "deploy4me-connected-"));
    const where = address ?? { kind: "sqlite", file: join(directory, "vault.db") };
    const keys = Keyring.open(join(directory, "keyring.json"), { create: true });
    const vault = new Vault({ store: await openStore(where), keys });
    const { id: clientId, secret: clientSecret } = server.client;
    const entry = { name: "Shop", clientId, clientSecret, redirectUris: [redirectUri], oauthUrl: gate.oauthUrl };
    writeFileSync(join(directory, "applications.json"), JSON.stringify([{ ...entry, issuer: server.origin }]));
    chmodSync(join(directory, "applications.json"), 0o600);
    const credentials = await consent(server);
    const connection = await vault.add({ tenant: localTenant, name: "main", credentials });
    return new Connected(server, gate, directory, where, vault, connection);
  }

  /** As of a process of its own: nothing in memory. */
  tokens(options: Partial<TokensOptions> = {}, vault: Vault = this.vault): TokenSource {
    return this.tokensOf(this.connection, options, vault);
  }

  tokensOf(connection: Connection, options: Partial<TokensOptions> = {}, vault: Vault = this.vault): TokenSource {
    return connectionTokens(vault, connection, {
      endpoint: () => new DigitalOceanOAuth(applicationIn(this.directory), { now: () => this.server.clock.now() }),
      clock: () => this.server.clock.now(),
      ...options,
    });
  }

  /** How many tokens the authorization server has given: one for the consent, one for each refresh. */
  get given(): number {
    return this.server.authority.state.tokens.length;
  }

  isLetIn(token: { readonly value: string }): boolean {
    return this.server.isLetIn(token.value);
  }

  /** What the vault says of the connection. */
  async state(): Promise<string> {
    const { state, reason } = (await this.vault.read(this.connection)).connection;
    return reason === undefined ? state : `${state}: ${reason}`;
  }

  /** Makes the account's owner, or DigitalOcean, end it all. */
  revokeAll(): void {
    for (const { id } of this.server.authority.state.tokens) this.server.authority.revoke(id);
  }

  /** What a person does when told to. */
  async reconnect(): Promise<CredentialsOf<"digitalocean-oauth">> {
    const credentials = await consent(this.server);
    const change = { credentials, state: { state: "usable" }, renewal: noRenewal } as const;
    await this.vault.update(this.connection, () => ({ change, result: undefined }));
    return credentials;
  }

  /** Ends the pause after a failure, which goes by the store's clock: the machine's. */
  async endPause(): Promise<void> {
    await this.vault.update(this.connection, ({ renewal: { retryAt, ...renewal } }) => ({
      ...(retryAt === undefined ? {} : { change: { renewal } }),
      result: undefined,
    }));
  }

  /** The same vault, as another process has it open. */
  async another(options: SqliteStoreOptions = {}): Promise<Vault> {
    const { address, directory } = this;
    const store = address.kind === "sqlite" ? new SqliteStore(address.file, options) : await openStore(address);
    return new Vault({ store, keys: Keyring.open(join(directory, "keyring.json")) });
  }

  async close(): Promise<void> {
    await this.vault.close();
    await this.gate.close();
    await this.server.close();
    rmSync(this.directory, { recursive: true });
  }
}

/** The consent of the account's owner, past the gate. */
async function consent(server: TestAuthorizationServer): Promise<CredentialsOf<"digitalocean-oauth">> {
  const { verifier, challenge } = pkce();
  const client = new DigitalOceanOAuth(applicationAt(server), { now: () => server.clock.now() });
  const code = await server.code(challenge);
  const grant = await client.exchange({ code, redirectUri, codeVerifier: verifier });
  return oauthCredentials(grant, { apiUrl: server.origin, clientId: server.client.id });
}
