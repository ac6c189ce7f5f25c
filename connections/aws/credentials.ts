/** What requests to AWS are signed with. Never printed, never written down by who is handed it. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a session; absent for a user's own access key. */
  readonly sessionToken?: string;
  /** When AWS stops taking it; absent for a user's own access key. */
  readonly expires?: Date;
}

/** Where a connection's current credentials come from. Whoever signs requests asks before each: the answer is kept in memory. */
export interface AwsCredentialSource {
  /**
   * The credentials to use now, renewed beforehand when they near their end.
   * @throws AwsRefused when none can be had, ReconnectNeeded when none can be had without a person
   */
  current(signal?: AbortSignal): Promise<AwsCredentials>;
  /**
   * Others than those that AWS has just refused.
   * @throws AwsRefused, ReconnectNeeded when there are none, as for an access key
   */
  replacement(refused: AwsCredentials, signal?: AbortSignal): Promise<AwsCredentials>;
}

/** For a client of the AWS SDK: it asks again when `expiration` is near. */
export function sdkCredentials(source: AwsCredentialSource): () => Promise<SdkCredentials> {
  return async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expires } = await source.current();
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(expires === undefined ? {} : { expiration: expires }),
    };
  };
}

/** As the AWS SDK names it. */
export interface SdkCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}
