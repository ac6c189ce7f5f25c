import { type AwsCredentials, type AwsCredentialSource } from "./credentials";
import { AwsRefused } from "./refused";
import { Sts, type StsOptions } from "./sts";

/** A role to assume, in whichever account it is. */
export interface Role {
  /** `arn:aws:iam::123456789012:role/deploy4me` */
  readonly arn: string;
  /** Agreed with the account's owner, and demanded by the role's trust policy: against the confused deputy. */
  readonly externalId?: string | undefined;
  /** What the sessions are called in the account's CloudTrail: letters, digits and `_+=,.@-`, 2 to 64. Default: `deploy4me`. */
  readonly sessionName?: string;
}

export interface RoleSessionOptions extends Pick<StsOptions, "region" | "endpoint" | "timeoutMs"> {
  /** Who assumes the role; absent: what the process finds by AWS's own rules. */
  readonly source?: AwsCredentialSource | undefined;
  /**
   * How long a session lasts, in seconds: 900 to 43,200. One that another session assumes lasts an hour at most («role chaining»), and so does one whose
   * role allows no more. Default: 3600.
   */
  readonly durationSeconds?: number;
  readonly clock?: () => Date;
}

/** Of a session that another session assumes (docs.aws.amazon.com/IAM/latest/UserGuide, «Role chaining»), in seconds. */
export const longestChained = 3600;

/** How soon AWS is asked again when a session could not be renewed and the old one still lives, in milliseconds. */
const pauseAfterFailure = 5000;

/** An access key of a user's: there is no other. */
export function keySource(credentials: AwsCredentials): AwsCredentialSource {
  return {
    current: (signal) => (signal?.aborted === true ? reject(signal) : Promise.resolve(credentials)),
    replacement: () => Promise.reject(new AwsRefused("sts:GetCallerIdentity", { kind: "revoked" })),
  };
}

/**
 * Sessions of a role, one after the other: each is renewed before it ends, once for all who ask, and used on while it lives when that fails.
 * @example
 * const source = roleSessions({ arn: "arn:aws:iam::123456789012:role/deploy4me", externalId }, { region: "eu-central-1" });
 * new EC2Client({ region: "eu-central-1", credentials: sdkCredentials(source) });
 */
export function roleSessions(role: Role, options: RoleSessionOptions): AwsCredentialSource {
  return new RoleSessions(role, options);
}

interface Kept {
  readonly credentials: AwsCredentials & { readonly expires: Date };
  /** From then on it is renewed, in milliseconds since 1970. */
  renewFrom: number;
}

class RoleSessions implements AwsCredentialSource {
  private kept: Kept | undefined;
  private flight: Promise<AwsCredentials> | undefined;
  private readonly clock: () => Date;
  private duration: number;

  constructor(
    private readonly role: Role,
    private readonly options: RoleSessionOptions,
  ) {
    this.clock = options.clock ?? (() => new Date());
    this.duration = options.durationSeconds ?? longestChained;
  }

  async current(signal?: AbortSignal): Promise<AwsCredentials> {
    signal?.throwIfAborted();
    const { kept } = this;
    if (kept !== undefined && this.clock().getTime() < kept.renewFrom) return kept.credentials;
    return waitFor(this.flight ?? this.start(undefined), signal);
  }

  async replacement(refused: AwsCredentials, signal?: AbortSignal): Promise<AwsCredentials> {
    signal?.throwIfAborted();
    const { kept } = this;
    if (kept !== undefined && kept.credentials.accessKeyId !== refused.accessKeyId) return kept.credentials;
    return waitFor(this.flight ?? this.start(refused), signal);
  }

  /** One request serves all who ask meanwhile; none of them can call it off for the others. */
  private start(refused: AwsCredentials | undefined): Promise<AwsCredentials> {
    const flight = this.renewed(refused).finally(() => {
      if (this.flight === flight) this.flight = undefined;
    });
    this.flight = flight;
    return flight;
  }

  private async renewed(refused: AwsCredentials | undefined): Promise<AwsCredentials> {
    try {
      const begun = this.clock();
      const { seconds, session } = await this.assume();
      // By this machine's clock, from before the request left: AWS's own time says nothing to a clock that is wrong.
      const expires = new Date(begun.getTime() + 1000 * seconds);
      const credentials = { ...session, expires };
      const margin = Math.min(15 * 60, seconds / 4);
      this.kept = { credentials, renewFrom: expires.getTime() - 1000 * margin };
      return credentials;
    } catch (error) {
      const { kept } = this;
      const now = this.clock();
      if (kept === undefined || refused !== undefined || kept.credentials.expires <= now) throw error;
      if (!(error instanceof AwsRefused)) throw error;
      kept.renewFrom = Math.min(now.getTime() + pauseAfterFailure, kept.credentials.expires.getTime());
      return kept.credentials;
    }
  }

  private async assume(): Promise<{ readonly seconds: number; readonly session: AwsCredentials }> {
    const { source, region, endpoint, timeoutMs } = this.options;
    const credentials = await source?.current();
    const chained = credentials?.sessionToken !== undefined;
    const seconds = chained ? Math.min(this.duration, longestChained) : this.duration;
    const sts = new Sts({
      region,
      endpoint,
      credentials,
      attempts: 3,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const { arn, externalId, sessionName = "deploy4me" } = this.role;
    try {
      const input = { RoleArn: arn, RoleSessionName: sessionName, DurationSeconds: seconds };
      const session = await sts.assumeRole({
        ...input,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      });
      return { seconds, session };
    } catch (error) {
      // The role, or a session that the process was given, allows no more than an hour.
      if (!(error instanceof AwsRefused) || !isTooLong(error) || seconds <= longestChained) throw error;
      this.duration = longestChained;
      return await this.assume();
    } finally {
      sts.close();
    }
  }
}

function isTooLong({ verdict }: AwsRefused): boolean {
  return verdict.kind === "api-changed" && verdict.problem.includes("ValidationError");
}

/** Waits for what goes on by itself, unless the signal says not to. */
function waitFor<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return promise;
  return Promise.race([
    promise,
    new Promise<never>((_, refuse) => {
      const abort = (): void => {
        refuse(signal.reason as Error);
      };
      signal.addEventListener("abort", abort, { once: true });
      const leave = (): void => {
        signal.removeEventListener("abort", abort);
      };
      promise.then(leave, leave);
    }),
  ]);
}

function reject(signal: AbortSignal): Promise<never> {
  return Promise.reject(signal.reason as Error);
}
