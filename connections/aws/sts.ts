import { createRequire } from "node:module";

import type * as sts from "@aws-sdk/client-sts";
import type { AssumeRoleCommandInput, STSClient } from "@aws-sdk/client-sts";
import { z } from "zod";

import type { CheckedAccount } from "../verdict";
import type { AwsCredentials, SdkCredentials } from "./credentials";
import { AwsRefused } from "./refused";
import { refusalOf } from "./refusals";

export interface StsOptions {
  readonly region: string;
  /** What to sign with; absent: what the process finds by AWS's own rules (environment, files of the AWS CLI, the machine's role). */
  readonly credentials?: AwsCredentials | undefined;
  /** Where STS is. Default: AWS's own for the region, or what `AWS_ENDPOINT_URL` says. */
  readonly endpoint?: string | undefined;
  /** For each request, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
  /** How often a request is sent at most, when AWS is down or has enough. Default: once. */
  readonly attempts?: number;
}

const caller = z.object({
  Account: z.string().regex(/^\d{12}$/),
  Arn: z.string().min(1).max(2048),
  UserId: z.string(),
});
const session = z.object({
  Credentials: z.object({
    AccessKeyId: z.string().min(16).max(128),
    SecretAccessKey: z.string().min(1),
    SessionToken: z.string().min(1),
    Expiration: z.date(),
  }),
});

/** AWS's Security Token Service, in one region. */
export class Sts {
  /** Loaded when AWS is asked: whoever deploys elsewhere loads what may ask it as well. */
  private readonly sdk = createRequire(__filename)("@aws-sdk/client-sts") as typeof sts;
  private readonly client: STSClient;
  private readonly timeoutMs: number;

  constructor(private readonly options: StsOptions) {
    const { region, credentials, endpoint, timeoutMs = 10_000, attempts = 1 } = options;
    this.timeoutMs = timeoutMs;
    this.client = new this.sdk.STSClient({
      region,
      maxAttempts: attempts,
      requestHandler: { connectionTimeout: Math.min(timeoutMs, 5000), requestTimeout: timeoutMs, ...fresh },
      ...(credentials === undefined ? {} : { credentials: forSdk(credentials) }),
      ...(endpoint === undefined ? {} : { endpoint }),
    });
  }

  /**
   * Who is asking. It needs no permission.
   * @throws AwsRefused
   */
  async whoAmI(signal?: AbortSignal): Promise<CheckedAccount> {
    const action = "sts:GetCallerIdentity";
    const abortSignal = this.within(signal);
    const answer = await this.asked(action, () =>
      this.client.send(new this.sdk.GetCallerIdentityCommand({}), { abortSignal }),
    );
    const { Account: uuid, Arn: name } = this.parsed(action, caller, answer);
    return { uuid, name };
  }

  /** @throws AwsRefused */
  async assumeRole(
    input: AssumeRoleCommandInput,
    signal?: AbortSignal,
  ): Promise<AwsCredentials & { readonly expires: Date }> {
    const action = "sts:AssumeRole";
    const abortSignal = this.within(signal);
    const answer = await this.asked(action, () =>
      this.client.send(new this.sdk.AssumeRoleCommand(input), { abortSignal }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = this.parsed(action, session, answer).Credentials;
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expires: Expiration,
    };
  }

  close(): void {
    this.client.destroy();
  }

  private within(signal: AbortSignal | undefined): AbortSignal {
    // Repetitions and what finds credentials included.
    const limit = AbortSignal.timeout(this.timeoutMs * (this.options.attempts ?? 1) + 1000);
    return signal === undefined ? limit : AbortSignal.any([signal, limit]);
  }

  private async asked<Answer>(action: string, ask: () => Promise<Answer>): Promise<Answer> {
    const { region, credentials } = this.options;
    try {
      return await ask();
    } catch (error) {
      // The error itself holds the request, and that holds the session token.
      throw new AwsRefused(
        action,
        refusalOf(error, { action, region, expires: credentials?.expires, now: new Date() }),
      );
    }
  }

  private parsed<Value>(action: string, schema: z.ZodType<Value>, answer: unknown): Value {
    const result = schema.safeParse(answer);
    if (result.success) return result.data;
    const field = result.error.issues[0]?.path.join(".") ?? "";
    const problem = "is missing, or not as it should be";
    throw new AwsRefused(action, { kind: "api-changed", operation: action, field, problem });
  }
}

/** A connection for each request: there are few, and one that was kept may be dead. */
const fresh = { httpAgent: { keepAlive: false }, httpsAgent: { keepAlive: false } };

function forSdk({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials): SdkCredentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
