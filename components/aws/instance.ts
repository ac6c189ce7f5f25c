import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { diskGb, limits } from "./sizes";
import { type Ownership, tagsOf } from "./tags";

export interface InstanceShape extends Ownership {
  /** The machine's name within its deployment. */
  readonly part: string;
  readonly region: string;
  readonly size: string;
  readonly ami: pulumi.Input<string>;
  readonly keyName: pulumi.Input<string>;
  readonly subnetId: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly userData: pulumi.Input<string>;
}

/**
 * What all machines have in common on EC2: metadata by session tokens alone (IMDSv2) and from this very machine, one
 * encrypted gp3 volume that goes with it, and no public IPv4 address of its own.
 */
export function instanceArgs(shape: InstanceShape): aws.ec2.InstanceArgs {
  const { part, region, size, ami, keyName, subnetId, securityGroupId, userData } = shape;
  const tags = tagsOf(shape, part);
  return {
    instanceType: size,
    ami,
    keyName,
    subnetId,
    vpcSecurityGroupIds: [securityGroupId],
    associatePublicIpAddress: false,
    userData: pulumi.secret(pulumi.output(userData).apply(fitting)),
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: diskGb, deleteOnTermination: true, tags },
    region,
    tags,
  };
}

/**
 * The last word on what was counted before anything was made (`user-data-limit.ts`).
 * @throws Error
 */
export function fitting(text: string): string {
  const size = Buffer.byteLength(text);
  const limit = limits.userDataBytes ?? Infinity;
  if (size > limit)
    throw new Error(`user data of ${size} bytes: EC2 takes ${limit}; name fewer adminKeys or adminAccess ranges`);
  return text;
}
