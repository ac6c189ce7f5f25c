import { computeKinds } from "./compute";
import { dnsKinds } from "./dns";
import type { AwsKind } from "./kind";
import { namedKinds } from "./names";
import { networkKinds } from "./network";
import { securityKinds } from "./security";

/** The types of Pulumi's AWS package that are found again when the operation that made them died: those that our components make. */
export const awsKinds: Readonly<Record<string, AwsKind>> = {
  ...networkKinds,
  ...securityKinds,
  ...computeKinds,
  ...namedKinds,
  ...dnsKinds,
};

/**
 * What is no thing of its own at AWS, but how another one is: it is made once more, and what came of it before is written over or is the
 * same. For each, why that does no harm, as people are told.
 */
export const repeatableAtAws: Readonly<Record<string, string>> = {
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
    "every VPC has one, which is taken over and emptied, and stays as it is when it is empty",
  "aws:ec2/vpcSecurityGroupRulesExclusive:VpcSecurityGroupRulesExclusive":
    "it is a list of rules, and takes away what is not on it: nothing, the second time",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "a bucket has one, which is written over",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "a bucket has one, which is written over",
  "aws:s3/bucketPolicy:BucketPolicy": "a bucket has one, which is written over",
  "aws:s3/bucketVersioning:BucketVersioning": "a bucket has it or not, and no version goes when it has it once more",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    "a bucket has one, which is written over, and objects stay encrypted as they are",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration":
    "a bucket has one, which is written over whole, and ages count from an object's own day",
};
