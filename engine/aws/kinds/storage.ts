import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type LifecycleRule,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";

import { unlessGone } from "../gone";
import { type Aws, type Kind, nested, nestedList, number, optionalText, type Properties, text } from "../kind";
import { tagList, tagsFrom } from "../tags";

/** 26 characters that no other bucket of the world has: the moment, and a counter, as the provider draws them. */
function drawn(): string {
  const moment = new Date().toISOString().replace(/\D/g, "").slice(0, 17);
  const chance = Math.floor(Math.random() * 0x1_0000_0000)
    .toString(16)
    .padStart(9, "0");
  return `${moment}${chance}`;
}

const bucket: Kind = {
  replacedBy: ["bucket", "bucketPrefix", "region"],
  names: (inputs, earlier, resource) => ({
    bucket: inputs.bucket ?? earlier.bucket ?? `${optionalText(inputs, "bucketPrefix") ?? `${resource}-`}${drawn()}`,
  }),
  async create(aws, inputs) {
    const name = text(inputs, "bucket");
    // The first region is the one that is not named.
    const elsewhere =
      aws.region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: aws.region as never } };
    await aws.s3.send(new CreateBucketCommand({ Bucket: name, ...elsewhere }));
    return { id: name, state: { arn: `arn:aws:s3:::${name}` } };
  },
  async finish(aws, id, inputs) {
    await tag(aws, id, inputs);
    return undefined;
  },
  async read({ s3 }, id) {
    const there = await unlessGone(s3.send(new HeadBucketCommand({ Bucket: id })));
    if (there === undefined) return undefined;
    const tags = await unlessGone(s3.send(new GetBucketTaggingCommand({ Bucket: id })));
    return { bucket: id, arn: `arn:aws:s3:::${id}`, tags: tagsFrom(tags?.TagSet) };
  },
  update: (aws, id, _before, after) => tag(aws, id, after),
  async remove({ s3 }, id) {
    await unlessGone(s3.send(new DeleteBucketCommand({ Bucket: id })));
  },
};

async function tag({ s3 }: Aws, name: string, inputs: Properties): Promise<void> {
  const TagSet = tagList(nested(inputs, "tags"));
  if (TagSet.length > 0) await s3.send(new PutBucketTaggingCommand({ Bucket: name, Tagging: { TagSet } }));
}

/** A setting of a bucket's: its id is the bucket, and making it anew changes it. */
function setting(one: {
  readonly put: (aws: Aws, bucket: string, inputs: Properties) => Promise<unknown>;
  readonly get: (aws: Aws, bucket: string) => Promise<Properties | undefined>;
  readonly clear: (aws: Aws, bucket: string) => Promise<unknown>;
}): Kind {
  return {
    replacedBy: ["bucket", "region"],
    async create(aws, inputs) {
      const id = text(inputs, "bucket");
      await one.put(aws, id, inputs);
      return { id, state: {} };
    },
    read: (aws, id) => unlessGone(one.get(aws, id)),
    async update(aws, id, _before, after) {
      await one.put(aws, id, after);
    },
    async remove(aws, id) {
      await unlessGone(one.clear(aws, id));
    },
  };
}

const publicAccessBlock = setting({
  put: ({ s3 }, Bucket, inputs) =>
    s3.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: inputs.blockPublicAcls === true,
          BlockPublicPolicy: inputs.blockPublicPolicy === true,
          IgnorePublicAcls: inputs.ignorePublicAcls === true,
          RestrictPublicBuckets: inputs.restrictPublicBuckets === true,
        },
      }),
    ),
  async get({ s3 }, Bucket) {
    const { PublicAccessBlockConfiguration: found = {} } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    return {
      blockPublicAcls: found.BlockPublicAcls ?? false,
      blockPublicPolicy: found.BlockPublicPolicy ?? false,
      ignorePublicAcls: found.IgnorePublicAcls ?? false,
      restrictPublicBuckets: found.RestrictPublicBuckets ?? false,
    };
  },
  clear: ({ s3 }, Bucket) => s3.send(new DeletePublicAccessBlockCommand({ Bucket })),
});

const ownershipControls = setting({
  put: ({ s3 }, Bucket, inputs) =>
    s3.send(
      new PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: text(nested(inputs, "rule"), "objectOwnership") as never }] },
      }),
    ),
  async get({ s3 }, Bucket) {
    const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    return { rule: { objectOwnership: OwnershipControls?.Rules?.[0]?.ObjectOwnership } };
  },
  clear: ({ s3 }, Bucket) => s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket })),
});

const versioning = setting({
  put: ({ s3 }, Bucket, inputs) => {
    const enabled = nested(inputs, "versioningConfiguration").status === "Enabled";
    return s3.send(
      new PutBucketVersioningCommand({
        Bucket,
        VersioningConfiguration: { Status: enabled ? "Enabled" : "Suspended" },
      }),
    );
  },
  async get({ s3 }, Bucket) {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
    return { versioningConfiguration: { status: Status ?? "Suspended" } };
  },
  clear: ({ s3 }, Bucket) =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } })),
});

const encryption = setting({
  put: ({ s3 }, Bucket) =>
    s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
      }),
    ),
  async get({ s3 }, Bucket) {
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    const [rule] = ServerSideEncryptionConfiguration?.Rules ?? [];
    const sseAlgorithm = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
    return { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }] };
  },
  clear: ({ s3 }, Bucket) => s3.send(new DeleteBucketEncryptionCommand({ Bucket })),
});

const lifecycle = setting({
  put: ({ s3 }, Bucket, inputs) =>
    s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: nestedList(inputs, "rules").map(lifecycleRule) },
      }),
    ),
  async get({ s3 }, Bucket) {
    const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    return { rules: Rules.map(lifecycleFrom) };
  },
  clear: ({ s3 }, Bucket) => s3.send(new DeleteBucketLifecycleCommand({ Bucket })),
});

function lifecycleRule(rule: Properties): LifecycleRule {
  const [days, oldDays, uploadDays] = [
    number(nested(rule, "expiration"), "days"),
    number(nested(rule, "noncurrentVersionExpiration"), "noncurrentDays"),
    number(nested(rule, "abortIncompleteMultipartUpload"), "daysAfterInitiation"),
  ];
  return {
    ID: text(rule, "id"),
    Status: "Enabled",
    Filter: { Prefix: "" },
    ...(days !== undefined && { Expiration: { Days: days } }),
    ...(oldDays !== undefined && { NoncurrentVersionExpiration: { NoncurrentDays: oldDays } }),
    ...(uploadDays !== undefined && { AbortIncompleteMultipartUpload: { DaysAfterInitiation: uploadDays } }),
  };
}

function lifecycleFrom(rule: LifecycleRule): Properties {
  const { ID: id, Status: status, Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload } = rule;
  return {
    id,
    status,
    filter: { prefix: rule.Filter?.Prefix ?? "" },
    ...(Expiration?.Days !== undefined && { expiration: { days: Expiration.Days } }),
    ...(NoncurrentVersionExpiration?.NoncurrentDays !== undefined && {
      noncurrentVersionExpiration: { noncurrentDays: NoncurrentVersionExpiration.NoncurrentDays },
    }),
    ...(AbortIncompleteMultipartUpload?.DaysAfterInitiation !== undefined && {
      abortIncompleteMultipartUpload: { daysAfterInitiation: AbortIncompleteMultipartUpload.DaysAfterInitiation },
    }),
  };
}

const policy = setting({
  put: ({ s3 }, Bucket, inputs) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: text(inputs, "policy") })),
  async get({ s3 }, Bucket) {
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    return { policy: Policy };
  },
  clear: ({ s3 }, Bucket) => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
});

export const storageKinds: Readonly<Record<string, Kind>> = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": publicAccessBlock,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ownershipControls,
  "aws:s3/bucketVersioning:BucketVersioning": versioning,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
  "aws:s3/bucketPolicy:BucketPolicy": policy,
};
