import {
  DescribeAddressesCommand,
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeKeyPairsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { IAMClient, ListInstanceProfilesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";

import type { AwsAccess } from "./account";

type Found = readonly (readonly [kind: string, ids: readonly (string | undefined)[]])[];

/** Everything but machines. The default VPC and what is in it belong to the account. */
export async function inventory(access: AwsAccess): Promise<string[]> {
  const all = [...(await network(access)), ...(await others(access))];
  return all.flatMap(([kind, ids]) => ids.map((id) => `${kind} ${id ?? ""}`));
}

async function network(access: AwsAccess): Promise<Found> {
  const ec2 = new EC2Client(access);
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const own = Vpcs.filter(({ IsDefault }) => IsDefault !== true).map(({ VpcId }) => VpcId);
  const isOwn = ({ VpcId }: { readonly VpcId?: string | undefined }): boolean => own.includes(VpcId);
  const [subnets, tables, gateways, groups, rules, endpoints, volumes, addresses, keys, logs] = await Promise.all([
    ec2.send(new DescribeSubnetsCommand({})),
    ec2.send(new DescribeRouteTablesCommand({})),
    ec2.send(new DescribeInternetGatewaysCommand({})),
    ec2.send(new DescribeSecurityGroupsCommand({})),
    ec2.send(new DescribeSecurityGroupRulesCommand({})),
    ec2.send(new DescribeVpcEndpointsCommand({})),
    ec2.send(new DescribeVolumesCommand({})),
    ec2.send(new DescribeAddressesCommand({})),
    ec2.send(new DescribeKeyPairsCommand({})),
    ec2.send(new DescribeFlowLogsCommand({})),
  ]);
  const ownGroups = (groups.SecurityGroups ?? []).filter(isOwn).map(({ GroupId }) => GroupId);
  return [
    ["vpcs", own],
    ["subnets", (subnets.Subnets ?? []).filter(isOwn).map(({ SubnetId }) => SubnetId)],
    ["route tables", (tables.RouteTables ?? []).filter(isOwn).map(({ RouteTableId }) => RouteTableId)],
    [
      "internet gateways",
      (gateways.InternetGateways ?? [])
        .filter(({ Attachments = [] }) => Attachments.length === 0 || Attachments.some(isOwn))
        .map(({ InternetGatewayId }) => InternetGatewayId),
    ],
    ["security groups", ownGroups],
    [
      "rules",
      (rules.SecurityGroupRules ?? [])
        .filter(({ GroupId }) => ownGroups.includes(GroupId))
        .map(({ SecurityGroupRuleId }) => SecurityGroupRuleId),
    ],
    ["endpoints", (endpoints.VpcEndpoints ?? []).filter(isOwn).map(({ VpcEndpointId }) => VpcEndpointId)],
    ["volumes", (volumes.Volumes ?? []).map(({ VolumeId }) => VolumeId)],
    ["addresses", (addresses.Addresses ?? []).map(({ PublicIp }) => PublicIp)],
    ["keys", (keys.KeyPairs ?? []).map(({ KeyName }) => KeyName)],
    ["flow logs", (logs.FlowLogs ?? []).map(({ FlowLogId }) => FlowLogId)],
  ];
}

async function others(access: AwsAccess): Promise<Found> {
  const iam = new IAMClient(access);
  const [buckets, roles, profiles, zones] = await Promise.all([
    new S3Client({ ...access, forcePathStyle: true }).send(new ListBucketsCommand({})),
    iam.send(new ListRolesCommand({})),
    iam.send(new ListInstanceProfilesCommand({})),
    new Route53Client(access).send(new ListHostedZonesCommand({})),
  ]);
  return [
    ["buckets", (buckets.Buckets ?? []).map(({ Name }) => Name)],
    ["roles", (roles.Roles ?? []).map(({ RoleName }) => RoleName)],
    ["profiles", (profiles.InstanceProfiles ?? []).map(({ InstanceProfileName }) => InstanceProfileName)],
    ["zones", (zones.HostedZones ?? []).map(({ Name }) => Name)],
  ];
}
