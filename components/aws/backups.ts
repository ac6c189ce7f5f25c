import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { cloudName } from "../naming";
import type { Transform } from "../transform";
import type { Network } from "./network";
import { PrivateBucket } from "./private-bucket";
import { type Ownership, tagsOf } from "./tags";

export interface BackupStoreArgs extends Ownership {
  readonly region: string;
  readonly network: Network;
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  readonly transform?: { readonly bucket?: Transform<aws.s3.BucketArgs> };
}

/** How long a version stays after it was replaced or deleted, in days. */
const oldVersionDays = 30;

/**
 * Where servers put their backups: a private, versioned, encrypted bucket, and all that leads to it. Servers reach it by a
 * gateway endpoint, which is free and never leaves AWS's network, and by nothing else: the endpoint admits this bucket alone,
 * the bucket takes encrypted connections alone, and the machines' role may read and write objects but delete no version.
 *
 * Costs what is stored (about 0.023 USD per GB and month in us-east-1, 19 January 2026; `driver/request/aws-prices.ts` has more regions).
 */
export class BackupStore extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  /** For machines that make backups. */
  readonly instanceProfile: pulumi.Output<string>;
  /** What the servers' group has to have beside its own rules. */
  readonly wayOut: aws.vpc.SecurityGroupEgressRule;

  constructor(name: string, args: BackupStoreArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:aws:BackupStore", name, {}, options);
    const bucket = new PrivateBucket(
      `${name}-store`,
      { ...args, part: "backups", versioned: true, expireAfterDays: oldVersionDays },
      { parent: this },
    );
    this.wayOut = this.endpoint(name, args, bucket.arn);
    this.bucket = bucket.bucket;
    this.instanceProfile = this.profile(name, args, bucket.arn).name;
    this.registerOutputs({ bucket: this.bucket, instanceProfile: this.instanceProfile });
  }

  private endpoint(name: string, args: BackupStoreArgs, arn: pulumi.Output<string>): aws.vpc.SecurityGroupEgressRule {
    const { region, network } = args;
    const endpoint = new aws.ec2.VpcEndpoint(
      `${name}-endpoint`,
      {
        vpcId: network.vpcId,
        serviceName: `com.amazonaws.${region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: [network.privateRouteTableId],
        policy: arn.apply((bucketArn) => JSON.stringify(thisBucketOnly(bucketArn))),
        region,
        tags: tagsOf(args, "backups"),
      },
      { parent: this },
    );
    return new aws.vpc.SecurityGroupEgressRule(
      `${name}-way-out`,
      {
        securityGroupId: network.groups.serverId,
        prefixListId: endpoint.prefixListId,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        description: "deploy4me: backups",
        region,
        tags: tagsOf(args),
      },
      { parent: this },
    );
  }

  private profile(name: string, args: BackupStoreArgs, arn: pulumi.Output<string>): aws.iam.InstanceProfile {
    const parent = { parent: this };
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        name: cloudName(args.identity, "backups"),
        description: "What a server may do with AWS: put its backups away, and read them",
        assumeRolePolicy: JSON.stringify(assumedByInstances),
        tags: tagsOf(args, "backups"),
      },
      { ...parent, dependsOn: args.ready },
    );
    new aws.iam.RolePolicy(
      `${name}-rights`,
      { role: role.name, policy: arn.apply((bucketArn) => JSON.stringify(backupRights(bucketArn))) },
      parent,
    );
    return new aws.iam.InstanceProfile(
      `${name}-profile`,
      { name: cloudName(args.identity, "backups"), role: role.name, tags: tagsOf(args, "backups") },
      parent,
    );
  }
}

const version = "2012-10-17";

const assumedByInstances = {
  Version: version,
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

function thisBucketOnly(bucketArn: string): object {
  return {
    Version: version,
    Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:*", Resource: [bucketArn, `${bucketArn}/*`] }],
  };
}

/** Deleting is not among them: whoever takes a server over can't take its backups away. */
function backupRights(bucketArn: string): object {
  return {
    Version: version,
    Statement: [
      { Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: bucketArn },
      { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: `${bucketArn}/*` },
    ],
  };
}
