import type { AwsCredentials, AwsCredentialSource } from "../connections/aws/credentials";
import { AwsRefused } from "../connections/aws/refused";
import { keySource, type Role, roleSessions } from "../connections/aws/session";
import { ReconnectNeeded } from "../connections/credentials";
import type { Connection, ConnectionReference, Credentials, CredentialsOf } from "./connection";
import type { Vault } from "./vault/vault";

export type AwsCredentialsKept = CredentialsOf<"aws-keys"> | CredentialsOf<"aws-role">;

export interface AwsCredentialsOptions {
  /** Where STS is. Default: AWS's own for the region, or what `AWS_ENDPOINT_URL` says. */
  readonly endpoint?: string;
  /** How long a session lasts, in seconds. Default: 3600. */
  readonly durationSeconds?: number;
  readonly clock?: () => Date;
}

/** A connection to DigitalOcean has a token, and signs nothing. */
export class NothingToSignWith extends Error {
  override readonly name = "NothingToSignWith";
  readonly code = "NOTHING_TO_SIGN_WITH";

  constructor({ name, kind }: Connection) {
    super(`the connection «${name}» is of the kind ${kind}, and is not for AWS: see \`deploy4me connections\`.`);
  }
}

/**
 * What requests to AWS are signed with, by a connection: its access key, or sessions of its role that are renewed before they end. Kept in memory;
 * the vault is looked at again when AWS refuses, because somebody may have connected anew.
 * @example
 * const source = connectionAwsCredentials(vault, await vault.find(localTenant, "aws"));
 * new EC2Client({ region, credentials: sdkCredentials(source) });
 */
export function connectionAwsCredentials(
  vault: Vault,
  { tenant, id }: ConnectionReference,
  options: AwsCredentialsOptions = {},
): AwsCredentialSource {
  return new ConnectionAwsCredentials(vault, { tenant, id }, options);
}

interface Opened {
  readonly name: string;
  readonly kept: AwsCredentialsKept;
  readonly source: AwsCredentialSource;
}

class ConnectionAwsCredentials implements AwsCredentialSource {
  private opened: Promise<Opened> | undefined;

  constructor(
    private readonly vault: Vault,
    private readonly reference: ConnectionReference,
    private readonly options: AwsCredentialsOptions,
  ) {}

  async current(signal?: AbortSignal): Promise<AwsCredentials> {
    signal?.throwIfAborted();
    const opened = await this.open();
    try {
      return await opened.source.current(signal);
    } catch (error) {
      if (!(error instanceof AwsRefused) || error.transient) throw error;
      const anew = await this.openAnew(opened);
      if (anew === undefined) throw error;
      return anew.source.current(signal);
    }
  }

  async replacement(refused: AwsCredentials, signal?: AbortSignal): Promise<AwsCredentials> {
    signal?.throwIfAborted();
    const opened = await this.open();
    const anew = await this.openAnew(opened);
    if (anew !== undefined) return anew.source.current(signal);
    if (opened.kept.kind === "aws-keys") {
      const { accessKeyId } = opened.kept;
      // Somebody else of this process has looked after it already.
      if (accessKeyId !== refused.accessKeyId) return opened.source.current(signal);
      throw new ReconnectNeeded(opened.name, "refused", { provider: "AWS" });
    }
    return opened.source.replacement(refused, signal);
  }

  private open(): Promise<Opened> {
    this.opened ??= this.read().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  /** @returns undefined when the vault has the same as before */
  private async openAnew(before: Opened): Promise<Opened | undefined> {
    const now = await this.read();
    if (JSON.stringify(now.kept) === JSON.stringify(before.kept)) return undefined;
    this.opened = Promise.resolve(now);
    return now;
  }

  /** @throws ReconnectNeeded, NothingToSignWith */
  private async read(): Promise<Opened> {
    const { connection, credentials } = await this.vault.read(this.reference);
    const { name, state, reason = "refused" } = connection;
    if (!isForAws(credentials)) throw new NothingToSignWith(connection);
    if (state === "reconnect") throw new ReconnectNeeded(name, reason, { provider: "AWS" });
    return { name, kept: credentials, source: this.sourceOf(name, credentials) };
  }

  private sourceOf(name: string, kept: AwsCredentialsKept): AwsCredentialSource {
    if (kept.kind === "aws-keys")
      return keySource({ accessKeyId: kept.accessKeyId, secretAccessKey: kept.secretAccessKey });
    const key = accessKeyOf(kept);
    const source = key === undefined ? undefined : keySource(key);
    const role = { arn: kept.roleArn, externalId: kept.externalId };
    const sessionName = `deploy4me-${name}`.slice(0, 64);
    return roleSessions({ ...role, sessionName }, { ...this.options, region: kept.region, source });
  }
}

export function isForAws(credentials: Credentials): credentials is AwsCredentialsKept {
  return credentials.kind === "aws-keys" || credentials.kind === "aws-role";
}

/** @returns undefined for a role that is assumed with what the process finds by AWS's own rules */
export function accessKeyOf(kept: AwsCredentialsKept): AwsCredentials | undefined {
  const key = kept.kind === "aws-keys" ? kept : kept.source;
  return key === undefined ? undefined : { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
}

export function roleOf(kept: AwsCredentialsKept): Role | undefined {
  return kept.kind === "aws-keys" ? undefined : { arn: kept.roleArn, externalId: kept.externalId };
}
