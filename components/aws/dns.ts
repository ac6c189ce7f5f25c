import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { type Transform, transformed } from "../transform";
import { type Ownership, tagsOf } from "./tags";

export interface DnsArgs extends Ownership {
  readonly domain: string;
  /** The labels before the domain. */
  readonly subdomains: readonly string[];
  readonly ipv4: pulumi.Input<string>;
  readonly ipv6: pulumi.Input<string>;
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  readonly transform?: {
    readonly domain?: Transform<aws.route53.ZoneArgs>;
    readonly record?: Transform<aws.route53.RecordArgs>;
  };
}

/** How long resolvers keep an answer, in seconds: short, because a replaced bastion has another IPv6 address. */
const timeToLive = 60;

/** The zone, and for each name its addresses of both families. Costs 0.50 USD a month (Route 53 pricing; on which day it was read is not recorded). */
export class Dns extends pulumi.ComponentResource {
  readonly domain: pulumi.Output<string>;
  /** Where the domain has to be delegated to, at its registrar. */
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: DnsArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:aws:Dns", name, {}, options);
    const wanted = { name: args.domain, comment: "Made by deploy4me", tags: tagsOf(args) };
    const zone = new aws.route53.Zone(
      ...transformed<aws.route53.ZoneArgs>(args.transform?.domain, `${name}-domain`, wanted, {
        parent: this,
        dependsOn: args.ready,
      }),
    );
    this.domain = zone.name;
    this.nameServers = zone.nameServers;
    for (const subdomain of args.subdomains) {
      this.record(`${name}-${subdomain}-a`, { name: subdomain, type: "A", records: [args.ipv4] }, zone, args);
      this.record(`${name}-${subdomain}-aaaa`, { name: subdomain, type: "AAAA", records: [args.ipv6] }, zone, args);
    }
    this.registerOutputs({ domain: this.domain, nameServers: this.nameServers });
  }

  private record(
    name: string,
    record: Pick<aws.route53.RecordArgs, "type" | "records"> & { readonly name: string },
    zone: aws.route53.Zone,
    args: DnsArgs,
  ): void {
    const full = { ...record, name: `${record.name}.${args.domain}`, zoneId: zone.zoneId, ttl: timeToLive };
    new aws.route53.Record(
      ...transformed<aws.route53.RecordArgs>(args.transform?.record, name, full, { parent: this }),
    );
  }
}
