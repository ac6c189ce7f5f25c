import "../../../programs/lean";

import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import type { ProjectRequest } from "../../../driver/request";

/** What a project has in the cloud, without anything that happens on machines: a cloud on paper has none. */
export function paper({ project, region, software, domain }: ProjectRequest): () => Promise<Record<string, unknown>> {
  return () => {
    const tag = new digitalocean.Tag(`${project}-tag`, { name: project });
    const network = new digitalocean.Vpc(`${project}-vpc`, { name: project, region, description: project });
    const machines = software.map(
      ({ name, size }) =>
        new digitalocean.Droplet(`${project}-${name}-droplet`, {
          name: `${project}-${name}`,
          image: "debian-13-x64",
          region,
          size,
          vpcUuid: network.id,
          tags: [tag.name],
        }),
    );
    return Promise.resolve({
      urls: Object.fromEntries(software.map(({ name, subdomain }) => [name, `https://${subdomain}.${domain}`])),
      droplets: pulumi.all(machines.map(({ id }) => id)),
      credentials: pulumi.secret({ wiki: { user: "admin", password: "sesame-of-the-paper" } }),
      note: "one\ntwo",
    });
  };
}
