import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { type Transform, transformed } from "../transform";

export interface DnsArgs {
  readonly domain: string;
  /** The labels before the domain. */
  readonly subdomains: readonly string[];
  readonly ipv4: pulumi.Input<string>;
  readonly ipv6: pulumi.Input<string>;
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  readonly transform?: {
    readonly domain?: Transform<digitalocean.DomainArgs>;
    readonly record?: Transform<digitalocean.DnsRecordArgs>;
  };
}

/** How long resolvers keep an answer, in seconds: short, because a replaced bastion has another IPv6 address. */
const timeToLive = 60;

/** The zone, and for each name its addresses of both families. Costs nothing. */
export class Dns extends pulumi.ComponentResource {
  readonly domain: pulumi.Output<string>;

  constructor(name: string, args: DnsArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:digitalocean:Dns", name, {}, options);
    const domain = new digitalocean.Domain(
      ...transformed(
        args.transform?.domain,
        `${name}-domain`,
        { name: args.domain },
        { parent: this, dependsOn: args.ready },
      ),
    );
    this.domain = domain.name;
    for (const subdomain of args.subdomains) {
      this.record(`${name}-${subdomain}-a`, { name: subdomain, type: "A", value: args.ipv4 }, args);
      this.record(`${name}-${subdomain}-aaaa`, { name: subdomain, type: "AAAA", value: args.ipv6 }, args);
    }
    this.registerOutputs({ domain: this.domain });
  }

  private record(
    name: string,
    record: Pick<digitalocean.DnsRecordArgs, "name" | "type" | "value">,
    args: DnsArgs,
  ): void {
    const full = { ...record, domain: this.domain, ttl: timeToLive };
    new digitalocean.DnsRecord(
      ...transformed<digitalocean.DnsRecordArgs>(args.transform?.record, name, full, { parent: this }),
    );
  }
}
