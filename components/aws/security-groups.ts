import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { cloudName } from "../naming";
import { type Transform, transformed } from "../transform";
import { bastionRules, type SecurityRule, type SecurityRulesArgs, serverRules } from "./security-rules";
import { type Ownership, tagsOf } from "./tags";

export interface SecurityGroupsArgs extends SecurityRulesArgs, Ownership {
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
  readonly transform?: { readonly securityGroup?: Transform<aws.ec2.SecurityGroupArgs> };
}

/**
 * A security group for the bastion and one for servers, whose rules name each other; and the VPC's default group, emptied,
 * so that a machine that was started without a group is closed. A rule that somebody adds to one of them by hand is drift:
 * a preview that asks AWS shows it, and the next `up` takes it away. Free of charge.
 */
export class SecurityGroups extends pulumi.ComponentResource {
  readonly bastionId: pulumi.Output<string>;
  readonly serverId: pulumi.Output<string>;
  readonly rules: readonly pulumi.Resource[];
  private readonly ofServers: readonly Rule[];
  private readonly name: string;
  private readonly args: SecurityGroupsArgs;

  constructor(name: string, args: SecurityGroupsArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("deploy4me:aws:SecurityGroups", name, {}, options);
    this.name = name;
    this.args = args;
    const { region, vpcId } = args;
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default`,
      { vpcId, region, ingress: [], egress: [], tags: tagsOf(args, "default") },
      { parent: this },
    );
    const groups = { bastion: this.group(name, "bastion", args), server: this.group(name, "server", args) };
    const made = (kind: Kind, rules: readonly SecurityRule[]): Rule[] =>
      rules.map((rule) => this.rule(`${name}-${kind}`, groups[kind].id, rule, groups, args));
    const ofBastion = made("bastion", bastionRules(args));
    this.ofServers = made("server", serverRules(args));
    this.rules = [...ofBastion, ...this.ofServers];
    this.bastionId = groups.bastion.id;
    this.serverId = groups.server.id;
    this.only("bastion", this.bastionId, ofBastion);
    this.registerOutputs({ bastionId: this.bastionId, serverId: this.serverId });
  }

  /**
   * Says that the servers' group has all its rules: others are taken away.
   * @param more what has been added to those that the group began with
   */
  closeServers(more: readonly Rule[]): void {
    this.only("server", this.serverId, [...this.ofServers, ...more]);
  }

  /** Rules by themselves know nothing of others in their group. */
  private only(kind: Kind, securityGroupId: pulumi.Input<string>, rules: readonly Rule[]): void {
    const isInward = (rule: Rule): boolean => aws.vpc.SecurityGroupIngressRule.isInstance(rule);
    const idsOf = (some: readonly Rule[]) => some.map(({ id }) => id);
    new aws.ec2.VpcSecurityGroupRulesExclusive(
      `${this.name}-${kind}-only`,
      {
        securityGroupId,
        ingressRuleIds: idsOf(rules.filter(isInward)),
        egressRuleIds: idsOf(rules.filter((rule) => !isInward(rule))),
        region: this.args.region,
      },
      { parent: this },
    );
  }

  private group(name: string, kind: Kind, args: SecurityGroupsArgs): aws.ec2.SecurityGroup {
    const { identity, region, vpcId, transform } = args;
    const group = {
      name: groupName(cloudName(identity, kind)),
      description: kind === "bastion" ? "What reaches the bastion and where it may go" : "The bastion alone, both ways",
      vpcId,
      region,
      tags: tagsOf(args, kind),
    };
    return new aws.ec2.SecurityGroup(
      ...transformed<aws.ec2.SecurityGroupArgs>(transform?.securityGroup, `${name}-${kind}`, group, { parent: this }),
    );
  }

  private rule(
    name: string,
    securityGroupId: pulumi.Input<string>,
    { key, direction, protocol, from, to = from, peer }: SecurityRule,
    groups: Readonly<Record<Kind, aws.ec2.SecurityGroup>>,
    args: SecurityGroupsArgs,
  ): Rule {
    const [resource, before] = [/[^A-Za-z0-9]/g, /[^A-Za-z0-9]+/g].map(
      (mark) => `${name}-${direction}-${key.replaceAll(mark, "-")}`,
    ) as [string, string];
    // Two ranges in IPv6 had the same name before: `2001:db8::1/128` and `2001:db8:1::/128`.
    const options = { parent: this, ...(before !== resource && { aliases: [{ name: before }] }) };
    const rule = {
      securityGroupId,
      ipProtocol: protocol,
      fromPort: from,
      toPort: to,
      description: `deploy4me: ${key}`,
      region: args.region,
      tags: tagsOf(args),
      ...peerOf(peer, groups),
    };
    return direction === "ingress"
      ? new aws.vpc.SecurityGroupIngressRule(resource, rule, options)
      : new aws.vpc.SecurityGroupEgressRule(resource, rule, options);
  }
}

type Kind = "bastion" | "server";

type Rule = aws.vpc.SecurityGroupIngressRule | aws.vpc.SecurityGroupEgressRule;

/** AWS takes no name that looks like a group's id (EC2 API reference, «CreateSecurityGroup»: «Can't start with sg-»). */
function groupName(name: string): string {
  return name.startsWith("sg-") ? `group-${name}` : name;
}

function peerOf(peer: SecurityRule["peer"], groups: Readonly<Record<Kind, aws.ec2.SecurityGroup>>) {
  if ("group" in peer) return { referencedSecurityGroupId: groups[peer.group].id };
  return peer.range.includes(":") ? { cidrIpv6: peer.range } : { cidrIpv4: peer.range };
}
