import type { Command } from "commander";

import type { Application } from "../oauth/applications";
import { type Connection, type ConnectionKind, type CredentialsOf, localTenant } from "../oauth/connection";
import { DigitalOceanOAuth } from "../oauth/digitalocean/client";
import { openEmbeddedVault } from "../oauth/vault/embedded";
import { ConnectionNotFound, messageOf, VaultRowDamaged } from "../oauth/vault/errors";
import { UnknownKeyVersion } from "../oauth/vault/master-keys";
import type { Vault } from "../oauth/vault/vault";
import { applicationOf } from "./applications";
import { connectionsDirectory, home } from "./home";

/** `deploy4me disconnect [NAME]`: ends Deploy4Me's access to an account. */
export function registerDisconnect(program: Command): void {
  program
    .command("disconnect")
    .description("end a connection: revoke its tokens at the provider, then forget them. Deployments stay as they are")
    .argument("[name]", "which one; may be left out when there is but one")
    .option("--forget", "forget it even when the provider does not revoke its tokens")
    .action(async (name: string | undefined, { forget = false }: { forget?: boolean }) => {
      const where = home();
      const vault = await openEmbeddedVault(connectionsDirectory(where));
      try {
        const application = (clientId: string) => applicationOf(where, process.env, clientId);
        process.stdout.write(`${await disconnect({ vault, name, forget, application })}\n`);
      } finally {
        await vault.close();
      }
    });
}

export interface DisconnectOptions {
  readonly vault: Vault;
  /** Default: the only one there is. */
  readonly name: string | undefined;
  readonly forget: boolean;
  readonly application: (clientId: string) => Application;
}

/**
 * @returns what was done, and what is left to do for a person
 * @throws NotRevoked when the provider did not confirm it, unless it is to be forgotten all the same
 */
export async function disconnect(options: DisconnectOptions): Promise<string> {
  const { vault, name, forget } = options;
  try {
    return await end(options);
  } catch (error) {
    const isLocked = error instanceof VaultRowDamaged || error instanceof UnknownKeyVersion;
    if (!isLocked || !forget || name === undefined) throw error;
    await vault.forget(localTenant, name);
    return `«${name}» is forgotten here. Its access is not revoked, because what was kept of it does not open. ${byHand}`;
  }
}

async function end({ vault, name, forget, application }: DisconnectOptions): Promise<string> {
  const connection = await choose(vault, name);
  // First of all nobody here uses or renews it any more: what another process is being given at this moment, it gives back.
  const credentials = await vault.update(connection, (entry) => ({
    change: { state: { state: "reconnect", reason: "disconnected" } },
    result: entry.credentials,
  }));
  let problem: string | undefined;
  if (credentials.kind === "digitalocean-oauth") problem = await revoke(credentials, application);
  if (problem !== undefined && !forget) throw new NotRevoked(connection.name, problem);
  await vault.remove(connection);
  const done = `«${connection.name}» is disconnected`;
  if (problem !== undefined)
    return `${done} and forgotten here, but its tokens are not revoked. ${capitalised(problem)} ${byHand}`;
  return credentials.kind === "digitalocean-oauth"
    ? `${done}: its tokens are revoked and forgotten.`
    : `${done} and forgotten here. ${leftovers[credentials.kind]}`;
}

const byHand = "What was allowed can also be revoked in DigitalOcean's control panel, under API.";

const leftovers: Readonly<Record<Exclude<ConnectionKind, "digitalocean-oauth">, string>> = {
  "digitalocean-token":
    "The API token itself is still good: delete it in DigitalOcean's control panel, under API, if nothing else uses it.",
  "aws-keys": "The access key itself is still good: deactivate it in the AWS console if nothing else uses it.",
  "aws-role": "The role still trusts whoever it names: remove it in the AWS console if nothing else uses it.",
};

/** A connection is no longer used, and its tokens may still be good at the provider. */
export class NotRevoked extends Error {
  override readonly name = "NotRevoked";
  readonly code = "NOT_REVOKED";

  constructor(
    readonly connection: string,
    problem: string,
  ) {
    super(
      `«${connection}» is no longer used here, but its tokens are not revoked. ${capitalised(problem)} ` +
        `The same command tries it again. To forget them all the same: deploy4me disconnect ${connection} --forget. ${byHand}`,
    );
  }
}

/** There is more than one connection, and it is not said which is to end. */
export class WhichConnection extends Error {
  override readonly name = "WhichConnection";
  readonly code = "WHICH_CONNECTION";

  constructor(readonly connections: readonly string[]) {
    super(`there are several connections: say which one (${connections.join(", ")}).`);
  }
}

/** @throws ConnectionNotFound, WhichConnection */
async function choose(vault: Vault, name: string | undefined): Promise<Connection> {
  if (name !== undefined) return vault.find(localTenant, name);
  const [only, ...others] = await vault.list(localTenant);
  if (only === undefined) throw new NothingConnected();
  if (others.length > 0) throw new WhichConnection([only, ...others].map((connection) => connection.name));
  return only;
}

/** There is no connection at all. */
export class NothingConnected extends ConnectionNotFound {
  constructor() {
    super(localTenant, "any");
    this.message = "there is no connection: nothing to end.";
  }
}

/** @returns what stood against it, as a sentence */
async function revoke(
  credentials: CredentialsOf<"digitalocean-oauth">,
  application: (clientId: string) => Application,
): Promise<string | undefined> {
  try {
    await new DigitalOceanOAuth(application(credentials.clientId)).revokeBoth(credentials);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function capitalised(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
