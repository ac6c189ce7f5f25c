import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { PrivateBucket } from "./private-bucket";
import { type Ownership, tagsOf } from "./tags";

export interface FlowLogsArgs extends Ownership {
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
}

const keptDays = 90;

/**
 * A record of every connection in the private network, in a bucket of its own, for 90 days. AWS delivers it by itself: no
 * role is needed. Costs by volume: what is delivered (CloudWatch pricing, «Vended logs»: about 0.25 USD per GB in us-east-1, by a page whose day is not
 * recorded), and what is stored.
 */
export class FlowLogs extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: FlowLogsArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:aws:FlowLogs", name, {}, options);
    const { region, vpcId } = args;
    const store = new PrivateBucket(
      `${name}-store`,
      { ...args, part: "flows", versioned: false, expireAfterDays: keptDays, allow: delivery },
      { parent: this },
    );
    new aws.ec2.FlowLog(
      `${name}-log`,
      {
        vpcId,
        trafficType: "ALL",
        logDestinationType: "s3",
        logDestination: store.arn,
        maxAggregationInterval: 600,
        region,
        tags: tagsOf(args, "flows"),
      },
      { parent: this, dependsOn: [store] },
    );
    this.bucket = store.bucket;
    this.registerOutputs({ bucket: this.bucket });
  }
}

/** As AWS asks for it (Amazon VPC user guide, «Amazon S3 bucket permissions for flow logs»). */
function delivery(bucketArn: string): object[] {
  const principal = { Service: "delivery.logs.amazonaws.com" };
  return [
    {
      Sid: "AWSLogDeliveryWrite",
      Effect: "Allow",
      Principal: principal,
      Action: "s3:PutObject",
      Resource: `${bucketArn}/AWSLogs/*`,
    },
    {
      Sid: "AWSLogDeliveryAclCheck",
      Effect: "Allow",
      Principal: principal,
      Action: "s3:GetBucketAcl",
      Resource: bucketArn,
    },
  ];
}
