import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";

import { unlessGone } from "../gone";
import { type Aws, type Kind, number, optionalText, type Properties, text, texts } from "../kind";
import { retag, tagsFrom, tagSpecifications } from "../tags";

async function groupOf({ ec2 }: Aws, id: string) {
  const found = await unlessGone(ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] })));
  return found?.SecurityGroups?.[0];
}

/** A new group lets everything out; the provider's groups let nothing out that nobody asked for. */
async function empty(aws: Aws, id: string): Promise<void> {
  const group = await groupOf(aws, id);
  const { IpPermissions: inbound = [], IpPermissionsEgress: outbound = [] } = group ?? {};
  if (inbound.length > 0)
    await aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: inbound }));
  if (outbound.length > 0)
    await aws.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: id, IpPermissions: outbound }));
}

const securityGroup: Kind = {
  replacedBy: ["name", "description", "vpcId", "region"],
  defaults: { description: "Managed by Pulumi" },
  async create(aws, inputs) {
    const { GroupId: id = "" } = await aws.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: text(inputs, "name"),
        Description: text(inputs, "description"),
        VpcId: text(inputs, "vpcId"),
        TagSpecifications: tagSpecifications("security-group", inputs),
      }),
    );
    return { id, state: {} };
  },
  async finish(aws, id) {
    await empty(aws, id);
    return undefined;
  },
  async read(aws, id) {
    const group = await groupOf(aws, id);
    return (
      group && {
        name: group.GroupName,
        description: group.Description,
        vpcId: group.VpcId,
        tags: tagsFrom(group.Tags),
      }
    );
  },
  update: retag,
  async remove({ ec2 }, id) {
    await unlessGone(ec2.send(new DeleteSecurityGroupCommand({ GroupId: id })));
  },
};

/** Every VPC has one, which can't be made or removed: it is taken over, and left as it is. */
const defaultSecurityGroup: Kind = {
  replacedBy: ["vpcId", "region"],
  async create(aws, inputs) {
    const found = await aws.ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [
          { Name: "vpc-id", Values: [text(inputs, "vpcId")] },
          { Name: "group-name", Values: ["default"] },
        ],
      }),
    );
    const id = found.SecurityGroups?.[0]?.GroupId ?? "";
    await empty(aws, id);
    await retag(aws, id, {}, inputs);
    return { id, state: {} };
  },
  async read(aws, id) {
    const group = await groupOf(aws, id);
    if (group === undefined) return undefined;
    const { IpPermissions: inbound = [], IpPermissionsEgress: outbound = [] } = group;
    // Rules that somebody has made show as a difference from none.
    return { vpcId: group.VpcId, ingress: inbound, egress: outbound, tags: tagsFrom(group.Tags) };
  },
  async update(aws, id, before, after) {
    await empty(aws, id);
    await retag(aws, id, before, after);
  },
  remove: () => Promise.resolve(),
};

function permissionOf(from: Properties): IpPermission {
  const Description = optionalText(from, "description");
  const described = Description === undefined ? {} : { Description };
  const [ipv4, ipv6, group, list] = ["cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId"].map((key) =>
    optionalText(from, key),
  );
  return {
    IpProtocol: text(from, "ipProtocol"),
    FromPort: number(from, "fromPort"),
    ToPort: number(from, "toPort"),
    ...(ipv4 !== undefined && { IpRanges: [{ CidrIp: ipv4, ...described }] }),
    ...(ipv6 !== undefined && { Ipv6Ranges: [{ CidrIpv6: ipv6, ...described }] }),
    ...(group !== undefined && { UserIdGroupPairs: [{ GroupId: group, ...described }] }),
    ...(list !== undefined && { PrefixListIds: [{ PrefixListId: list, ...described }] }),
  };
}

function ruleKind(direction: "ingress" | "egress"): Kind {
  const inward = direction === "ingress";
  return {
    replacedBy: [
      "securityGroupId",
      "ipProtocol",
      "fromPort",
      "toPort",
      "cidrIpv4",
      "cidrIpv6",
      "referencedSecurityGroupId",
      "prefixListId",
      "description",
      "region",
    ],
    async create({ ec2 }, inputs) {
      const rule = {
        GroupId: text(inputs, "securityGroupId"),
        IpPermissions: [permissionOf(inputs)],
        TagSpecifications: tagSpecifications("security-group-rule", inputs),
      };
      const { SecurityGroupRules } = inward
        ? await ec2.send(new AuthorizeSecurityGroupIngressCommand(rule))
        : await ec2.send(new AuthorizeSecurityGroupEgressCommand(rule));
      return { id: SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "", state: {} };
    },
    async read({ ec2 }, id) {
      const found = await unlessGone(ec2.send(new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [id] })));
      const rule = found?.SecurityGroupRules?.[0];
      return (
        rule && {
          securityGroupId: rule.GroupId,
          ipProtocol: rule.IpProtocol,
          fromPort: rule.FromPort,
          toPort: rule.ToPort,
          cidrIpv4: rule.CidrIpv4,
          cidrIpv6: rule.CidrIpv6,
          referencedSecurityGroupId: rule.ReferencedGroupInfo?.GroupId,
          prefixListId: rule.PrefixListId,
          description: rule.Description,
        }
      );
    },
    update: retag,
    async remove({ ec2 }, id, state) {
      const rule = { GroupId: text(state, "securityGroupId"), SecurityGroupRuleIds: [id] };
      await unlessGone(
        inward
          ? ec2.send(new RevokeSecurityGroupIngressCommand(rule))
          : ec2.send(new RevokeSecurityGroupEgressCommand(rule)),
      );
    },
  };
}

async function ruleIdsOf({ ec2 }: Aws, groupId: string): Promise<Record<"ingress" | "egress", string[]>> {
  const Filters = [{ Name: "group-id", Values: [groupId] }];
  const { SecurityGroupRules = [] } = await ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters, MaxResults: 1000 }),
  );
  const ids = (isEgress: boolean): string[] =>
    SecurityGroupRules.filter((rule) => (rule.IsEgress ?? false) === isEgress).flatMap(
      ({ SecurityGroupRuleId }) => SecurityGroupRuleId ?? [],
    );
  return { ingress: ids(false), egress: ids(true) };
}

/** Takes away what is not on the list. What is on it and missing can't be made from its id alone. */
async function keepOnly(aws: Aws, GroupId: string, inputs: Properties): Promise<void> {
  const { ingress, egress } = await ruleIdsOf(aws, GroupId);
  const without = (found: readonly string[], key: string): string[] => {
    const wanted = texts(inputs, key);
    return found.filter((id) => !wanted.includes(id));
  };
  const [inward, outward] = [without(ingress, "ingressRuleIds"), without(egress, "egressRuleIds")];
  if (inward.length > 0)
    await aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: inward }));
  if (outward.length > 0)
    await aws.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds: outward }));
}

/** A list, and no thing of AWS's: without it, the rules stay. */
const exclusiveRules: Kind = {
  replacedBy: ["securityGroupId", "region"],
  async create(aws, inputs) {
    const id = text(inputs, "securityGroupId");
    await keepOnly(aws, id, inputs);
    return { id, state: {} };
  },
  async read(aws, id) {
    if ((await groupOf(aws, id)) === undefined) return undefined;
    const { ingress, egress } = await ruleIdsOf(aws, id);
    return { securityGroupId: id, ingressRuleIds: ingress, egressRuleIds: egress };
  },
  update: (aws, id, _before, after) => keepOnly(aws, id, after),
  remove: () => Promise.resolve(),
};

export const securityKinds: Readonly<Record<string, Kind>> = {
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": defaultSecurityGroup,
  "aws:ec2/vpcSecurityGroupRulesExclusive:VpcSecurityGroupRulesExclusive": exclusiveRules,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ruleKind("ingress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ruleKind("egress"),
};
