import {
  DescribeAddressesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Instance,
  type IpPermission,
  type RouteTable,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { ListHostedZonesCommand, ListResourceRecordSetsCommand, Route53Client } from "@aws-sdk/client-route-53";

/** An instance that has not been terminated. */
export interface InstanceFound {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly isOn: boolean;
  readonly vpcId: string;
  readonly privateAddress: string;
  readonly ipv6Address: string | undefined;
  /** Whether its subnet has a route to an internet gateway. */
  readonly isPublic: boolean;
  readonly groups: readonly string[];
  readonly memoryMb: number;
  readonly vcpus: number;
  readonly diskGb: number;
  readonly userData: string;
}

export interface RuleFound {
  readonly protocol: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly ranges: readonly string[];
  readonly groups: readonly string[];
}

export interface GroupFound {
  readonly inbound: readonly RuleFound[];
  readonly outbound: readonly RuleFound[];
}

export interface RecordsFound {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly string[];
}

/** What there is in the account that has to be there on this machine as well. */
export interface Inventory {
  readonly vpcs: ReadonlyMap<string, string>;
  readonly instances: readonly InstanceFound[];
  readonly groups: ReadonlyMap<string, GroupFound>;
  readonly addresses: readonly { readonly address: string; readonly instanceId: string | undefined }[];
  readonly zones: readonly { readonly name: string; readonly records: readonly RecordsFound[] }[];
}

const credentials = { accessKeyId: "sandbox", secretAccessKey: "sandbox" };

/** Asks moto what there is, in the regions somebody has used. */
export async function takeInventory(endpoint: string, regions: readonly string[]): Promise<Inventory> {
  const parts = await Promise.all(regions.map((region) => inRegion(endpoint, region)));
  return {
    vpcs: new Map(parts.flatMap(({ vpcs }) => vpcs)),
    instances: parts.flatMap(({ instances }) => instances),
    groups: new Map(parts.flatMap(({ groups }) => groups)),
    addresses: parts.flatMap(({ addresses }) => addresses),
    zones: await zonesAt(endpoint),
  };
}

async function inRegion(endpoint: string, region: string) {
  const ec2 = new EC2Client({ endpoint, region, credentials, maxAttempts: 2 });
  try {
    const live = [{ Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }];
    const [{ Reservations = [] }, { SecurityGroups = [] }, { Vpcs = [] }, { RouteTables = [] }, { Addresses = [] }] =
      await Promise.all([
        ec2.send(new DescribeInstancesCommand({ Filters: live })),
        ec2.send(new DescribeSecurityGroupsCommand({})),
        ec2.send(new DescribeVpcsCommand({})),
        ec2.send(new DescribeRouteTablesCommand({})),
        ec2.send(new DescribeAddressesCommand({})),
      ]);
    const found = Reservations.flatMap(({ Instances = [] }) => Instances);
    return {
      vpcs: Vpcs.map(({ VpcId = "", CidrBlock = "" }) => [VpcId, CidrBlock] as const),
      instances: await Promise.all(found.map((one) => described(ec2, region, one, RouteTables))),
      groups: SecurityGroups.map((group) => [group.GroupId ?? "", rulesOf(group)] as const),
      addresses: Addresses.map(({ PublicIp = "", InstanceId }) => ({
        address: PublicIp,
        instanceId: InstanceId === "" ? undefined : InstanceId,
      })),
    };
  } finally {
    ec2.destroy();
  }
}

async function described(
  ec2: EC2Client,
  region: string,
  instance: Instance,
  tables: readonly RouteTable[],
): Promise<InstanceFound> {
  const id = instance.InstanceId ?? "";
  const type = instance.InstanceType;
  const [{ UserData }, { InstanceTypes = [] }] = await Promise.all([
    ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: "userData" })),
    ec2.send(new DescribeInstanceTypesCommand(type === undefined ? {} : { InstanceTypes: [type] })),
  ]);
  const [size] = InstanceTypes;
  const [device] = instance.NetworkInterfaces ?? [];
  return {
    id,
    name: instance.Tags?.find(({ Key }) => Key === "Name")?.Value ?? id,
    region,
    isOn: instance.State?.Name === "running" || instance.State?.Name === "pending",
    vpcId: instance.VpcId ?? "",
    privateAddress: instance.PrivateIpAddress ?? "",
    ipv6Address: device?.Ipv6Addresses?.[0]?.Ipv6Address,
    isPublic: leadsOut(instance.SubnetId ?? "", tables),
    groups: (device?.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    memoryMb: size?.MemoryInfo?.SizeInMiB ?? 1024,
    vcpus: size?.VCpuInfo?.DefaultVCpus ?? 1,
    diskGb: 25,
    userData: Buffer.from(UserData?.Value ?? "", "base64").toString(),
  };
}

function leadsOut(subnetId: string, tables: readonly RouteTable[]): boolean {
  const table = tables.find(({ Associations = [] }) => Associations.some((one) => one.SubnetId === subnetId));
  return (table?.Routes ?? []).some(({ GatewayId = "" }) => GatewayId.startsWith("igw-"));
}

function rulesOf({ IpPermissions = [], IpPermissionsEgress = [] }: SecurityGroup): GroupFound {
  return { inbound: IpPermissions.map(ruleOf), outbound: IpPermissionsEgress.map(ruleOf) };
}

function ruleOf(permission: IpPermission): RuleFound {
  const { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] } = permission;
  return {
    protocol: permission.IpProtocol ?? "-1",
    from: permission.FromPort,
    to: permission.ToPort,
    ranges: [
      ...IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []),
      ...Ipv6Ranges.flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
    ],
    groups: UserIdGroupPairs.flatMap(({ GroupId }) => GroupId ?? []),
  };
}

async function zonesAt(endpoint: string): Promise<Inventory["zones"]> {
  const route53 = new Route53Client({ endpoint, region: "us-east-1", credentials, maxAttempts: 2 });
  try {
    const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
    return await Promise.all(
      HostedZones.map(async ({ Id = "", Name = "" }) => {
        const { ResourceRecordSets = [] } = await route53.send(
          new ListResourceRecordSetsCommand({ HostedZoneId: Id.replace(/^\/hostedzone\//, "") }),
        );
        const records = ResourceRecordSets.map(({ Name: name = "", Type = "A", TTL = 60, ResourceRecords = [] }) => ({
          name: name.replace(/\.$/, ""),
          type: Type,
          ttl: TTL,
          values: ResourceRecords.flatMap(({ Value }) => Value ?? []),
        }));
        return { name: Name.replace(/\.$/, ""), records };
      }),
    );
  } finally {
    route53.destroy();
  }
}
