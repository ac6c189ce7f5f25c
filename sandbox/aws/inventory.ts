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
import { IAMClient, ListInstanceProfilesCommand } from "@aws-sdk/client-iam";
import { ListHostedZonesCommand, ListResourceRecordSetsCommand, Route53Client } from "@aws-sdk/client-route-53";

import type { InstanceMetadata } from "../hosts/hosts";

/** An instance that has not been terminated. */
export interface InstanceFound {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly isOn: boolean;
  readonly vpcId: string;
  readonly privateAddress: string;
  /** The address that leads to it from outside, an elastic one or the one that EC2 gave it. */
  readonly address: string | undefined;
  readonly ipv6Address: string | undefined;
  /** The public address that EC2 gave it; an elastic one, which leads to it, is none. */
  readonly publicAddress: string | undefined;
  /** Whether its subnet has a route to an internet gateway. */
  readonly isPublic: boolean;
  readonly groups: readonly string[];
  readonly groupNames: readonly string[];
  readonly imageId: string;
  readonly type: string;
  readonly zone: string;
  readonly metadata: Pick<InstanceMetadata, "isOn" | "tokensRequired" | "hopLimit">;
  /** What it may do with AWS. */
  readonly profile: { readonly arn: string; readonly role: string | undefined } | undefined;
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
  const roles = await rolesAt(endpoint);
  const parts = await Promise.all(regions.map((region) => inRegion(endpoint, region, roles)));
  return {
    vpcs: new Map(parts.flatMap(({ vpcs }) => vpcs)),
    instances: parts.flatMap(({ instances }) => instances),
    groups: new Map(parts.flatMap(({ groups }) => groups)),
    addresses: parts.flatMap(({ addresses }) => addresses),
    zones: await zonesAt(endpoint),
  };
}

async function inRegion(endpoint: string, region: string, roles: Roles) {
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
    const elastic = Addresses.map(({ PublicIp }) => PublicIp);
    return {
      vpcs: Vpcs.map(({ VpcId = "", CidrBlock = "" }) => [VpcId, CidrBlock] as const),
      instances: await Promise.all(
        found.map((one) => described(ec2, region, one, { tables: RouteTables, elastic, roles })),
      ),
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
  around: {
    readonly tables: readonly RouteTable[];
    readonly elastic: readonly (string | undefined)[];
    readonly roles: Roles;
  },
): Promise<InstanceFound> {
  const id = instance.InstanceId ?? "";
  const type = instance.InstanceType;
  const [{ UserData }, { InstanceTypes = [] }] = await Promise.all([
    ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: "userData" })),
    ec2.send(new DescribeInstanceTypesCommand(type === undefined ? {} : { InstanceTypes: [type] })),
  ]);
  const [size] = InstanceTypes;
  const [device] = instance.NetworkInterfaces ?? [];
  const { PublicIpAddress: address, IamInstanceProfile: profile } = instance;
  return {
    id,
    name: instance.Tags?.find(({ Key }) => Key === "Name")?.Value ?? id,
    region,
    isOn: instance.State?.Name === "running" || instance.State?.Name === "pending",
    vpcId: instance.VpcId ?? "",
    privateAddress: instance.PrivateIpAddress ?? "",
    ipv6Address: device?.Ipv6Addresses?.[0]?.Ipv6Address,
    address,
    publicAddress: around.elastic.includes(address) ? undefined : address,
    isPublic: leadsOut(instance, around.tables),
    groups: (device?.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    groupNames: (device?.Groups ?? []).flatMap(({ GroupName }) => GroupName ?? []),
    imageId: instance.ImageId ?? "",
    type: type ?? "",
    zone: instance.Placement?.AvailabilityZone ?? "",
    metadata: metadataOf(instance),
    profile: profile && { arn: profile.Arn ?? "", role: around.roles.get(profile.Arn ?? "") },
    memoryMb: size?.MemoryInfo?.SizeInMiB ?? 1024,
    vcpus: size?.VCpuInfo?.DefaultVCpus ?? 1,
    diskGb: 25,
    userData: Buffer.from(UserData?.Value ?? "", "base64").toString(),
  };
}

function metadataOf({ MetadataOptions: options }: Instance): InstanceFound["metadata"] {
  return {
    isOn: options?.HttpEndpoint !== "disabled",
    tokensRequired: options?.HttpTokens === "required",
    hopLimit: options?.HttpPutResponseHopLimit ?? 1,
  };
}

/** A subnet without a route table of its own has its network's main one. */
function leadsOut({ SubnetId, VpcId }: Instance, tables: readonly RouteTable[]): boolean {
  const own = tables.find(({ Associations = [] }) => Associations.some((one) => one.SubnetId === SubnetId));
  const main = (one: RouteTable): boolean => (one.Associations ?? []).some(({ Main }) => Main === true);
  const table = own ?? tables.find((one) => one.VpcId === VpcId && main(one));
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

/** Which role each instance profile has, by the profile's ARN. */
type Roles = ReadonlyMap<string, string>;

async function rolesAt(endpoint: string): Promise<Roles> {
  const iam = new IAMClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 2 });
  try {
    const { InstanceProfiles = [] } = await iam.send(new ListInstanceProfilesCommand({}));
    return new Map(InstanceProfiles.map(({ Arn = "", Roles = [] }) => [Arn, Roles[0]?.RoleName ?? ""]));
  } finally {
    iam.destroy();
  }
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
