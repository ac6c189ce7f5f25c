import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { cloudName } from "../naming";
import { type Transform, transformed } from "../transform";
import { type Ownership, tagsOf } from "./tags";

export interface PrivateBucketArgs extends Ownership {
  readonly region: string;
  /** What it is for: part of its name. */
  readonly part: string;
  /** Keeps what is replaced or deleted. */
  readonly versioned: boolean;
  /** How long it is kept then; without versions, how long everything is. In days. */
  readonly expireAfterDays: number;
  /** Whom else than the account itself the bucket takes objects from: statements of its policy. */
  readonly allow?: (bucketArn: string) => readonly object[];
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  readonly transform?: { readonly bucket?: Transform<aws.s3.BucketArgs> };
}

/** A bucket that nobody outside the account reads, encrypted where it lies and on the way there. */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: PrivateBucketArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:aws:PrivateBucket", name, {}, options);
    const made = this.makeBucket(name, args);
    this.bucket = made.id;
    this.arn = made.arn;
    this.close(name, args);
    this.keep(name, args);
    this.registerOutputs({ bucket: this.bucket, arn: this.arn });
  }

  /** The end of its name is drawn by the provider: names of buckets are shared by all accounts of the world. */
  private makeBucket(name: string, args: PrivateBucketArgs): aws.s3.Bucket {
    const { region, part, ready, transform } = args;
    const bucket = { bucketPrefix: bucketPrefix(args, part), region, tags: tagsOf(args, part) };
    return new aws.s3.Bucket(
      ...transformed<aws.s3.BucketArgs>(transform?.bucket, `${name}-bucket`, bucket, {
        parent: this,
        dependsOn: ready,
      }),
    );
  }

  private close(name: string, { region, allow }: PrivateBucketArgs): void {
    const parent = { parent: this };
    const { bucket } = this;
    const blocked = new aws.s3.BucketPublicAccessBlock(
      `${name}-private`,
      {
        bucket,
        region,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      parent,
    );
    new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket, region, rule: { objectOwnership: "BucketOwnerEnforced" } },
      parent,
    );
    const policy = this.arn.apply((arn) => JSON.stringify(bucketPolicy(arn, allow?.(arn) ?? [])));
    // AWS settles the two one after the other; at once, one of them is refused.
    new aws.s3.BucketPolicy(`${name}-policy`, { bucket, region, policy }, { ...parent, dependsOn: [blocked] });
  }

  private keep(name: string, { region, versioned, expireAfterDays }: PrivateBucketArgs): void {
    const parent = { parent: this };
    const { bucket } = this;
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket, region, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      parent,
    );
    const versioning = new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { bucket, region, versioningConfiguration: { status: versioned ? "Enabled" : "Suspended" } },
      parent,
    );
    const rule = {
      id: "expire",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      ...(versioned
        ? { noncurrentVersionExpiration: { noncurrentDays: expireAfterDays } }
        : { expiration: { days: expireAfterDays } }),
    };
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, region, rules: [rule] },
      { ...parent, dependsOn: [versioning] },
    );
  }
}

/** Names of buckets have at most 63 characters; the provider draws 26 of them (S3 user guide, «Bucket naming rules»). */
const prefixLength = 37;

/** What no bucket's name may begin with (the same page); the third such prefix, `xn--`, no name of ours has. */
const keptPrefix = /^(sthree-|amzn-s3-demo-)/;

/** @example bucketPrefix({ identity }, "backups") // "deploy4me-sandbox-office-backups-" */
export function bucketPrefix({ identity }: Ownership, part: string): string {
  const start = cloudName(identity)
    .replace(keptPrefix, "bucket-$&")
    .slice(0, prefixLength - part.length - 2)
    .replace(/-+$/, "");
  return `${start}-${part}-`;
}

function bucketPolicy(bucketArn: string, allowed: readonly object[]): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "EncryptedConnectionsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      ...allowed,
    ],
  };
}
