import "../../../programs/lean";

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { ProjectRequest } from "../../../driver/request";

/** What a project has at AWS, without anything that happens on machines. The region is left to what the engine was started with. */
export function paper({ project, software, domain }: ProjectRequest): () => Promise<Record<string, unknown>> {
  return () => {
    const tags = { Name: project };
    const network = new aws.ec2.Vpc(`${project}-network`, { cidrBlock: "10.20.0.0/24", tags });
    const addresses = software.map(
      ({ name }) =>
        new aws.ec2.Eip(`${project}-${name}-address`, { domain: "vpc", tags: { Name: `${project}-${name}` } }),
    );
    return Promise.resolve({
      urls: Object.fromEntries(software.map(({ name, subdomain }) => [name, `https://${subdomain}.${domain}`])),
      network: network.id,
      addresses: pulumi.all(addresses.map(({ publicIp }) => publicIp)),
      credentials: pulumi.secret({ wiki: { user: "admin", password: "sesame-of-the-paper" } }),
    });
  };
}
