import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { type Transform, transformed } from "../transform";
import { FlowLogs } from "./flow-logs";
import { SecurityGroups } from "./security-groups";
import { ipv6Subnet, type SubnetRanges } from "./subnets";
import { type Ownership, tagsOf } from "./tags";

export interface NetworkArgs extends Ownership {
  readonly region: string;
  readonly networkRange: string;
  readonly subnets: SubnetRanges;
  /** Two of the region's, both with the sizes that were asked for. */
  readonly zones: pulumi.Input<readonly string[]>;
  readonly adminAccess: readonly string[];
  /** The ports on which software answers the bastion. */
  readonly softwarePorts: readonly number[];
  /** What has to be known before anything is made: that the cloud has what was asked for. */
  readonly ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  /** Keeps a record of every connection in a bucket of the deployment's: costs by volume. Default: `false`. */
  readonly flowLogs?: boolean;
  readonly transform?: {
    readonly vpc?: Transform<aws.ec2.VpcArgs>;
    readonly subnet?: Transform<aws.ec2.SubnetArgs>;
    readonly securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/**
 * The private network over two zones: a public subnet for the bastion and a private one for servers in each, and the
 * security groups, the outer of the two layers of filters.
 *
 * There is no NAT gateway. Servers have no way out but the bastion's proxy, which lets through what is on a list; a NAT
 * gateway in each zone would let everything out and cost about 2 × 33 USD a month before the first byte (0.045 USD an
 * hour in us-east-1, Amazon VPC pricing, November 2026; more elsewhere).
 *
 * Costs nothing itself, but for flow logs.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** Where the bastion is: the first zone's public subnet. */
  readonly publicSubnetId: pulumi.Output<string>;
  /** Where servers are: the first zone's private subnet. */
  readonly privateSubnetId: pulumi.Output<string>;
  /** The route tables of the private subnets: a gateway endpoint is entered there. */
  readonly privateRouteTableId: pulumi.Output<string>;
  readonly groups: SecurityGroups;
  /** Everything else waits for this: the VPC is the first resource in the cloud. */
  readonly ready: pulumi.Output<pulumi.Input<pulumi.Resource>[]>;
  /** Every machine has to wait for these. */
  readonly firewalls: readonly pulumi.Resource[];

  constructor(name: string, args: NetworkArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:aws:Network", name, {}, options);
    const { region } = args;
    const vpc = this.vpc(name, args);
    const below = { parent: this };
    this.ready = pulumi.output(args.ready).apply((before): pulumi.Input<pulumi.Resource>[] => [...before, vpc]);
    const gateway = new aws.ec2.InternetGateway(
      `${name}-gateway`,
      { vpcId: vpc.id, region, tags: tagsOf(args) },
      below,
    );
    const open = new aws.ec2.RouteTable(
      `${name}-public-routes`,
      { vpcId: vpc.id, region, tags: tagsOf(args, "public") },
      below,
    );
    const closed = new aws.ec2.RouteTable(
      `${name}-private-routes`,
      { vpcId: vpc.id, region, tags: tagsOf(args, "private") },
      below,
    );
    const routes = [
      { key: "ipv4", destinationCidrBlock: "0.0.0.0/0" },
      { key: "ipv6", destinationIpv6CidrBlock: "::/0" },
    ].map(
      ({ key, ...destination }) =>
        new aws.ec2.Route(
          `${name}-public-${key}`,
          { routeTableId: open.id, gatewayId: gateway.id, region, ...destination },
          below,
        ),
    );
    const bastions = this.subnet(name, "public", 0, args, vpc, open);
    this.subnet(name, "public", 1, args, vpc, open);
    const servers = this.subnet(name, "private", 0, args, vpc, closed);
    this.subnet(name, "private", 1, args, vpc, closed);
    this.groups = new SecurityGroups(`${name}-groups`, { ...args, vpcId: vpc.id }, below);
    if (args.flowLogs === true) new FlowLogs(`${name}-flows`, { ...args, vpcId: vpc.id, ready: this.ready }, below);
    this.vpcId = vpc.id;
    this.publicSubnetId = bastions.id;
    this.privateSubnetId = servers.id;
    this.privateRouteTableId = closed.id;
    this.firewalls = [...this.groups.rules, ...routes];
    this.registerOutputs({ vpcId: this.vpcId });
  }

  private vpc(name: string, args: NetworkArgs): aws.ec2.Vpc {
    const { region, networkRange, ready, transform } = args;
    const vpc = {
      cidrBlock: networkRange,
      assignGeneratedIpv6CidrBlock: true,
      enableDnsSupport: true,
      enableDnsHostnames: false,
      region,
      tags: tagsOf(args),
    };
    return new aws.ec2.Vpc(...transformed(transform?.vpc, `${name}-vpc`, vpc, { parent: this, dependsOn: ready }));
  }

  private subnet(
    name: string,
    kind: "public" | "private",
    zone: 0 | 1,
    args: NetworkArgs,
    vpc: aws.ec2.Vpc,
    routes: aws.ec2.RouteTable,
  ): aws.ec2.Subnet {
    const { region, subnets, zones, transform } = args;
    const subnet: aws.ec2.SubnetArgs = {
      vpcId: vpc.id,
      cidrBlock: subnets[kind][zone],
      availabilityZone: pulumi.output(zones).apply((known) => known[zone] ?? ""),
      // The bastion has an elastic address; nobody else ever gets a public one.
      mapPublicIpOnLaunch: false,
      ...(kind === "public" && { ipv6CidrBlock: vpc.ipv6CidrBlock.apply((range) => ipv6Subnet(range, zone)) }),
      region,
      tags: tagsOf(args, `${kind}-${zone + 1}`),
    };
    const made = new aws.ec2.Subnet(
      ...transformed<aws.ec2.SubnetArgs>(transform?.subnet, `${name}-${kind}-${zone + 1}`, subnet, {
        parent: this,
        // The zones that a region offers first may change; subnets stay where they are.
        ignoreChanges: ["availabilityZone"],
      }),
    );
    new aws.ec2.RouteTableAssociation(
      `${name}-${kind}-${zone + 1}-routes`,
      { subnetId: made.id, routeTableId: routes.id, region },
      { parent: this },
    );
    return made;
  }
}
