import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";

import type { Aws } from "./kind";

/** What an explicit provider or the stack's configuration says (`aws:region`, …). */
export interface AwsSettings {
  readonly region?: string | undefined;
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
  readonly token?: string | undefined;
}

/**
 * AWS in any region, each made once. Addresses (`AWS_ENDPOINT_URL`) and credentials are found as every AWS tool finds
 * them, unless the settings have some.
 */
export class Clients {
  private readonly made = new Map<string, Aws>();

  constructor(private readonly settings: AwsSettings) {}

  /** @throws when no region is known */
  in(region = this.settings.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION): Aws {
    if (region === undefined)
      throw new Error("no AWS region: set aws:region in the stack's configuration, or AWS_REGION");
    const known = this.made.get(region);
    if (known !== undefined) return known;
    const options = { ...this.options(), region };
    const aws: Aws = {
      region,
      ec2: new EC2Client(options),
      // Buckets in the path: what stands in for AWS has no names below its own.
      s3: new S3Client({ ...options, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined }),
      iam: new IAMClient(options),
      route53: new Route53Client(options),
    };
    this.made.set(region, aws);
    return aws;
  }

  private options() {
    const { accessKey, secretKey, token } = this.settings;
    const credentials =
      accessKey === undefined || secretKey === undefined
        ? {}
        : {
            credentials: {
              accessKeyId: accessKey,
              secretAccessKey: secretKey,
              ...(token !== undefined && { sessionToken: token }),
            },
          };
    return {
      ...credentials,
      maxAttempts: 5,
      requestHandler: new NodeHttpHandler({ connectionTimeout: 10_000, requestTimeout: 60_000 }),
    };
  }
}
