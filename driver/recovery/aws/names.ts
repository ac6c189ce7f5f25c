import type { Tag } from "@aws-sdk/client-s3";

import type { AwsRegion } from "./cloud";
import { type AwsKind, type Found, hasTags, tagsOf, text, textsOf, there } from "./kind";

/** Roles and profiles have one of a name in an account, which is their id; their tags come with them. */
function named(
  read: (aws: AwsRegion, name: string) => Promise<{ readonly Tags?: readonly Tag[] | undefined } | undefined>,
): AwsKind {
  return {
    async made(aws, inputs) {
      const [name, tags] = [text(inputs, "name"), tagsOf(inputs)];
      if (name === undefined || tags === undefined) return undefined;
      const found = await read(aws, name);
      return found !== undefined && hasTags(tags, found.Tags) ? there(name) : [];
    },
    async left(aws, id) {
      return there((await read(aws, id)) && id)[0];
    },
  };
}

const role = named(
  async (aws, RoleName) => (await aws.iam("GetRole", (iam, sending) => iam.getRole({ RoleName }, sending)))?.Role,
);

/** One that was made and has no role yet is given it by the next `up`. */
const instanceProfile = named(async (aws, InstanceProfileName) => {
  const found = await aws.iam("GetInstanceProfile", (iam, sending) =>
    iam.getInstanceProfile({ InstanceProfileName }, sending),
  );
  return found?.InstanceProfile;
});

/**
 * Of a role of the stack's own. It could be put once more, but under another name: the official provider draws the end of it, and two
 * policies would stand.
 */
const rolePolicy: AwsKind = {
  async made(aws, inputs) {
    const names = textsOf(inputs, "role", "name");
    if (names === undefined) return undefined;
    const asked = { RoleName: names.role, PolicyName: names.name };
    const found = await aws.iam("GetRolePolicy", (iam, sending) => iam.getRolePolicy(asked, sending));
    return there(found && `${names.role}:${names.name}`);
  },
};

/**
 * Names of buckets are shared by all the world, and the provider draws the end of ours. Tags come after the bucket: one of our name
 * without any was made by an operation that died in between, or is being made by another, so it has to be empty and stay without.
 */
const bucket: AwsKind = {
  async made(aws, inputs) {
    const [name, prefix, tags] = [text(inputs, "bucket"), text(inputs, "bucketPrefix"), tagsOf(inputs)];
    const begins = name ?? prefix;
    if (begins === undefined || tags === undefined) return undefined;
    const found: Found[] = [];
    for (const id of await bucketsLike(aws, begins)) {
      if (name !== undefined && id !== name) continue;
      const bears = await tagsOfBucket(aws, id);
      if (bears === undefined) continue;
      const isMarked = hasTags(tags, bears);
      if (isMarked || (bears.length === 0 && (await isEmpty(aws, id)))) found.push({ id, phase: "there", isMarked });
    }
    return found;
  },
  async left(aws, id) {
    return there((await begunListing(aws, id)) && id)[0];
  },
};

async function bucketsLike(aws: AwsRegion, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  let next: string | undefined;
  do {
    const asked = { Prefix: prefix, ...(next !== undefined && { ContinuationToken: next }) };
    const found = await aws.s3("ListBuckets", (s3, sending) => s3.listBuckets(asked, sending));
    for (const { Name = "", BucketRegion = aws.name } of found?.Buckets ?? [])
      if (Name.startsWith(prefix) && BucketRegion === aws.name) names.push(Name);
    next = found?.ContinuationToken;
  } while (next !== undefined && next !== "");
  return names;
}

/** @returns nothing when it is gone, or in another region */
async function tagsOfBucket(aws: AwsRegion, Bucket: string): Promise<readonly Tag[] | undefined> {
  const found = await aws.s3("GetBucketTagging", (s3, sending) => s3.getBucketTagging({ Bucket }, sending));
  if (found !== undefined) return found.TagSet ?? [];
  return (await begunListing(aws, Bucket)) && [];
}

async function isEmpty(aws: AwsRegion, bucket: string): Promise<boolean> {
  const { Contents = [] } = (await begunListing(aws, bucket)) ?? {};
  return Contents.length === 0;
}

/** Of a bucket that is there; what a `HEAD` is answered with has no words, and might be anybody's. */
function begunListing(aws: AwsRegion, Bucket: string) {
  const asked = { Bucket, MaxKeys: 1 };
  return aws.s3("ListObjectsV2", (s3, sending) => s3.listObjectsV2(asked, sending));
}

export const namedKinds: Readonly<Record<string, AwsKind>> = {
  "aws:iam/role:Role": role,
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:s3/bucket:Bucket": bucket,
};
