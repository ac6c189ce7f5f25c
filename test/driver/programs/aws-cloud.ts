import "../../../programs/lean";

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface AwsCloudRequest {
  readonly name: string;
  /** How many addresses, each made after the one before. */
  readonly addresses: number;
  /** Fails with a sentence about the region. */
  readonly throws?: boolean;
}

/** Resources of AWS alone, one after the other, so that an operation has a middle. */
export function awsCloud({ name, addresses, throws = false }: AwsCloudRequest): () => Promise<Record<string, unknown>> {
  return () => {
    if (throws) throw new Error("not in eu-central-1");
    const made: aws.ec2.Eip[] = [];
    for (let index = 0; index < addresses; index++) {
      const args = { domain: "vpc", region: "eu-central-1", tags: { Name: `${name}-${index}` } };
      made.push(new aws.ec2.Eip(`address-${index}`, args, { dependsOn: made.slice(-1) }));
    }
    return Promise.resolve({ addresses: pulumi.all(made.map(({ publicIp }) => publicIp)), region: "eu-central-1" });
  };
}
