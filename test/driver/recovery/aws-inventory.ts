import { crc32 } from "node:zlib";

import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { Route53 } from "@aws-sdk/client-route-53";
import { S3 } from "@aws-sdk/client-s3";

import type { StateResource } from "../../../driver/state/state";
import { region } from "./aws-settling";

/** Types, and the ids of all that there is of them. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

/** Of an account in which nothing else was made, as the account sees it; without what AWS itself makes of everything. */
export async function inventoryOf(url: string): Promise<Inventory> {
  const options = { endpoint: url, region, credentials: { accessKeyId: "a", secretAccessKey: "b" } };
  const [ec2, iam, route53] = [new EC2(options), new IAM(options), new Route53(options)];
  const s3 = new S3({ ...options, forcePathStyle: true });
  try {
    return { ...(await ofEc2(ec2)), ...(await ofIam(iam)), ...(await ofRoute53(route53)), ...(await ofS3(s3)) };
  } finally {
    for (const client of [ec2, iam, route53, s3]) client.destroy();
  }
}

async function ofEc2(ec2: EC2): Promise<Inventory> {
  const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["false"] }] });
  const vpcs = Vpcs.flatMap(({ VpcId }) => VpcId ?? []);
  const Filters = [{ Name: "vpc-id", Values: vpcs }];
  const { RouteTables = [] } = await ec2.describeRouteTables({ Filters });
  const tables = RouteTables.filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main));
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({ Filters });
  const groups = SecurityGroups.filter(({ GroupName }) => GroupName !== "default").flatMap(
    ({ GroupId }) => GroupId ?? [],
  );
  const ofGroups = [{ Name: "group-id", Values: groups }];
  const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({ Filters: ofGroups, MaxResults: 1000 });
  const rules = (isEgress: boolean) => SecurityGroupRules.filter((rule) => (rule.IsEgress ?? false) === isEgress);
  const { Reservations = [] } = await ec2.describeInstances({});
  const machines = Reservations.flatMap(({ Instances = [] }) => Instances);
  const { Subnets } = await ec2.describeSubnets({ Filters });
  const routes = tables.flatMap(({ RouteTableId = "", Routes = [] }) =>
    Routes.filter(({ GatewayId }) => GatewayId !== "local").map(
      ({ DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId }) =>
        DestinationPrefixListId ?? `r-${RouteTableId}${crc32(DestinationCidrBlock ?? DestinationIpv6CidrBlock ?? "")}`,
    ),
  );
  return {
    "aws:ec2/vpc:Vpc": vpcs,
    "aws:ec2/subnet:Subnet": idsOf(Subnets, ({ SubnetId }) => SubnetId),
    "aws:ec2/internetGateway:InternetGateway": idsOf(
      (await ec2.describeInternetGateways({})).InternetGateways,
      ({ InternetGatewayId, Attachments = [] }) => (Attachments.length === 1 ? InternetGatewayId : "not attached"),
    ),
    "aws:ec2/routeTable:RouteTable": idsOf(tables, ({ RouteTableId }) => RouteTableId),
    "aws:ec2/route:Route": routes.filter((id) => !id.startsWith("pl-")),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": idsOf(
      tables.flatMap(({ Associations = [] }) => Associations),
      ({ RouteTableAssociationId }) => RouteTableAssociationId,
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": idsOf(
      (await ec2.describeVpcEndpoints({})).VpcEndpoints,
      ({ VpcEndpointId, State }) => (String(State).toLowerCase() === "deleted" ? undefined : VpcEndpointId),
    ),
    "aws:ec2/securityGroup:SecurityGroup": groups,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": idsOf(rules(false), (one) => one.SecurityGroupRuleId),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": idsOf(rules(true), (one) => one.SecurityGroupRuleId),
    "aws:ec2/instance:Instance": idsOf(machines, ({ InstanceId, State }) =>
      State?.Name === "terminated" ? undefined : InstanceId,
    ),
    "aws:ec2/eip:Eip": idsOf((await ec2.describeAddresses({})).Addresses, ({ AllocationId, InstanceId = "" }) =>
      InstanceId === "" ? "leads nowhere" : AllocationId,
    ),
    "aws:ec2/flowLog:FlowLog": idsOf((await ec2.describeFlowLogs({})).FlowLogs, ({ FlowLogId }) => FlowLogId),
    "aws:ec2/keyPair:KeyPair": idsOf((await ec2.describeKeyPairs({})).KeyPairs, ({ KeyName }) => KeyName),
  };
}

async function ofIam(iam: IAM): Promise<Inventory> {
  const roles = idsOf((await iam.listRoles({})).Roles, ({ RoleName }) => RoleName);
  const policies: string[] = [];
  for (const role of roles)
    policies.push(
      ...((await iam.listRolePolicies({ RoleName: role })).PolicyNames ?? []).map((one) => `${role}:${one}`),
    );
  const { InstanceProfiles } = await iam.listInstanceProfiles({});
  return {
    "aws:iam/role:Role": roles,
    "aws:iam/rolePolicy:RolePolicy": policies,
    "aws:iam/instanceProfile:InstanceProfile": idsOf(InstanceProfiles, ({ InstanceProfileName, Roles = [] }) =>
      Roles.length === 1 ? InstanceProfileName : "without a role",
    ),
  };
}

async function ofRoute53(route53: Route53): Promise<Inventory> {
  const zones = idsOf((await route53.listHostedZones({})).HostedZones, ({ Id = "" }) => Id.replace(/^.*\//, ""));
  const records: string[] = [];
  for (const zone of zones)
    for (const { Name = "", Type = "" } of (await route53.listResourceRecordSets({ HostedZoneId: zone }))
      .ResourceRecordSets ?? [])
      if (Type !== "NS" && Type !== "SOA") records.push(`${zone}_${Name.replace(/\.$/, "")}_${Type}`);
  return { "aws:route53/zone:Zone": zones, "aws:route53/record:Record": records };
}

async function ofS3(s3: S3): Promise<Inventory> {
  const buckets = idsOf((await s3.listBuckets({})).Buckets, ({ Name }) => Name);
  const versioned: string[] = [];
  for (const one of buckets)
    if ((await s3.getBucketVersioning({ Bucket: one })).Status !== undefined) versioned.push(one);
  return { "aws:s3/bucket:Bucket": buckets, "aws:s3/bucketVersioning:BucketVersioning": versioned };
}

function idsOf<One>(list: readonly One[] | undefined, idOf: (one: One) => string | undefined): string[] {
  return (list ?? []).flatMap((one) => idOf(one) ?? []);
}

/** What a state has of the same types, in an order in which the two can be compared. */
export function inState(
  resources: readonly StateResource[],
  { types }: { readonly types: readonly string[] },
): Inventory {
  return Object.fromEntries(
    types.map((type) => [type, resources.flatMap((one) => (one.type === type ? (one.id ?? "without id") : [])).sort()]),
  );
}
