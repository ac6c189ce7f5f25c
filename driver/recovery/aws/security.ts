import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import * as ipaddr from "ipaddr.js";

import { pages } from "./cloud";
import { type AwsKind, type Properties, tagged, text, there } from "./kind";

/** A group that was not emptied yet after it was made is emptied by what says that it has all its rules, which comes after it. */
const securityGroup = tagged({ "vpc-id": "vpcId" }, async (aws, { Filters, ids }) => {
  const found = await pages((NextToken) =>
    aws.ec2("DescribeSecurityGroups", (ec2, sending) =>
      ec2.describeSecurityGroups({ Filters, GroupIds: ids, NextToken }, sending),
    ),
  );
  return found.flatMap(({ SecurityGroups = [] }) =>
    SecurityGroups.map(({ GroupId, Tags }) => ({ id: GroupId, tags: Tags })),
  );
});

/**
 * A group has one rule of a direction, protocol, ports and peer, and a second one is refused: so it is the one that was being made,
 * whatever it is tagged with. Its group is the stack's own.
 */
function rule(isEgress: boolean): AwsKind {
  return {
    async made(aws, inputs) {
      const group = text(inputs, "securityGroupId");
      const wanted = ruleOf(inputs);
      if (group === undefined || wanted === undefined) return undefined;
      const Filters = [{ Name: "group-id", Values: [group] }];
      const found = await pages((NextToken) =>
        aws.ec2("DescribeSecurityGroupRules", (ec2, sending) =>
          ec2.describeSecurityGroupRules({ Filters, NextToken }, sending),
        ),
      );
      const one = found
        .flatMap(({ SecurityGroupRules = [] }) => SecurityGroupRules)
        .find((known) => (known.IsEgress ?? false) === isEgress && ruleFrom(known) === wanted);
      return there(one?.SecurityGroupRuleId);
    },
  };
}

/** @returns nothing when its peer is not known */
function ruleOf(inputs: Properties): string | undefined {
  const [protocol, ...peers] = ["ipProtocol", "cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId"].map(
    (key) => text(inputs, key),
  );
  const peer = peers.find((one) => one !== undefined);
  if (protocol === undefined || peer === undefined) return undefined;
  return written(protocol, inputs.fromPort, inputs.toPort, peer);
}

function ruleFrom(rule: SecurityGroupRule): string {
  const peer = rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.ReferencedGroupInfo?.GroupId ?? rule.PrefixListId ?? "";
  return written(rule.IpProtocol ?? "", rule.FromPort, rule.ToPort, peer);
}

/** Where protocols have numbers instead of names (EC2 API reference, «IpPermission»). */
const protocols: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", all: "-1" };

function written(protocol: string, from: unknown, to: unknown, peer: string): string {
  const name = protocols[protocol] ?? protocol.toLowerCase();
  // Of all protocols there are no ports, whatever a request says.
  const ports = name === "-1" ? "" : `${portOf(from)}-${portOf(to)}`;
  return `${name} ${ports} ${ipaddr.isValidCIDR(peer) ? canonical(peer) : peer}`;
}

function portOf(port: unknown): string {
  return typeof port === "number" ? String(port) : "-1";
}

function canonical(range: string): string {
  const [address, prefix] = ipaddr.parseCIDR(range);
  return `${address.toString()}/${prefix}`;
}

export const securityKinds: Readonly<Record<string, AwsKind>> = {
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule(false),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule(true),
};
