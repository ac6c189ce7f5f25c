import { crc32 } from "node:zlib";

import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteInternetGatewayCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeInternetGatewaysCommand,
  DescribePrefixListsCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
} from "@aws-sdk/client-ec2";

import { unlessGone } from "../gone";
import { type Aws, type Kind, optionalText, type Properties, text, texts } from "../kind";
import { retag, tagsFrom, tagSpecifications } from "../tags";
import { until } from "../wait";

async function readVpc({ ec2 }: Aws, id: string): Promise<Properties | undefined> {
  const found = await unlessGone(ec2.send(new DescribeVpcsCommand({ VpcIds: [id] })));
  const vpc = found?.Vpcs?.[0];
  if (vpc === undefined) return undefined;
  const ipv6 = vpc.Ipv6CidrBlockAssociationSet?.find(
    ({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === "associated",
  );
  return {
    cidrBlock: vpc.CidrBlock,
    ipv6CidrBlock: ipv6?.Ipv6CidrBlock ?? "",
    assignGeneratedIpv6CidrBlock: ipv6 !== undefined,
    tags: tagsFrom(vpc.Tags),
  };
}

const vpc: Kind = {
  replacedBy: ["cidrBlock", "assignGeneratedIpv6CidrBlock", "region"],
  async create({ ec2 }, inputs) {
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({
        CidrBlock: text(inputs, "cidrBlock"),
        AmazonProvidedIpv6CidrBlock: inputs.assignGeneratedIpv6CidrBlock === true,
        TagSpecifications: tagSpecifications("vpc", inputs),
      }),
    );
    return { id: Vpc?.VpcId ?? "", state: {} };
  },
  async finish(aws, id, inputs) {
    const state = await until(`VPC ${id}`, async () => {
      const found = await readVpc(aws, id);
      return inputs.assignGeneratedIpv6CidrBlock === true && found?.ipv6CidrBlock === "" ? undefined : found;
    });
    await setDns(aws, id, inputs);
    return state;
  },
  read: readVpc,
  async update(aws, id, before, after) {
    await retag(aws, id, before, after);
    await setDns(aws, id, after);
  },
  async remove({ ec2 }, id) {
    await unlessGone(ec2.send(new DeleteVpcCommand({ VpcId: id })));
  },
};

async function setDns({ ec2 }: Aws, id: string, inputs: Properties): Promise<void> {
  const { enableDnsSupport = true, enableDnsHostnames = false } = inputs;
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsSupport: { Value: enableDnsSupport === true } }));
  await ec2.send(
    new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsHostnames: { Value: enableDnsHostnames === true } }),
  );
}

const internetGateway: Kind = {
  replacedBy: ["region"],
  async create(aws, inputs) {
    const { InternetGateway } = await aws.ec2.send(
      new CreateInternetGatewayCommand({ TagSpecifications: tagSpecifications("internet-gateway", inputs) }),
    );
    return { id: InternetGateway?.InternetGatewayId ?? "", state: {} };
  },
  async finish(aws, id, inputs) {
    await attach(aws, id, inputs);
    return undefined;
  },
  async read({ ec2 }, id) {
    const found = await unlessGone(ec2.send(new DescribeInternetGatewaysCommand({ InternetGatewayIds: [id] })));
    const gateway = found?.InternetGateways?.[0];
    return gateway && { vpcId: gateway.Attachments?.[0]?.VpcId ?? "", tags: tagsFrom(gateway.Tags) };
  },
  async update(aws, id, before, after) {
    await retag(aws, id, before, after);
    const attached = optionalText((await internetGateway.read(aws, id, after)) ?? {}, "vpcId");
    if (attached === optionalText(after, "vpcId")) return;
    await detach(aws, id, attached);
    await attach(aws, id, after);
  },
  async remove(aws, id, state) {
    await detach(aws, id, optionalText(state, "vpcId"));
    await unlessGone(aws.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: id })));
  },
};

async function attach({ ec2 }: Aws, id: string, inputs: Properties): Promise<void> {
  const VpcId = optionalText(inputs, "vpcId");
  if (VpcId !== undefined) await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId }));
}

async function detach({ ec2 }: Aws, id: string, VpcId: string | undefined): Promise<void> {
  if (VpcId !== undefined)
    await unlessGone(ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId })));
}

const routeTable: Kind = {
  replacedBy: ["vpcId", "region"],
  async create(aws, inputs) {
    const { RouteTable } = await aws.ec2.send(
      new CreateRouteTableCommand({
        VpcId: text(inputs, "vpcId"),
        TagSpecifications: tagSpecifications("route-table", inputs),
      }),
    );
    return { id: RouteTable?.RouteTableId ?? "", state: {} };
  },
  async read(aws, id) {
    const found = await tableOf(aws, id);
    return found && { vpcId: found.VpcId, tags: tagsFrom(found.Tags) };
  },
  update: retag,
  async remove({ ec2 }, id) {
    await unlessGone(ec2.send(new DeleteRouteTableCommand({ RouteTableId: id })));
  },
};

async function tableOf({ ec2 }: Aws, id: string) {
  const found = await unlessGone(ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [id] })));
  return found?.RouteTables?.[0];
}

function destinationOf(from: Properties) {
  const ipv4 = optionalText(from, "destinationCidrBlock");
  const ipv6 = optionalText(from, "destinationIpv6CidrBlock");
  return ipv4 === undefined ? { DestinationIpv6CidrBlock: ipv6 } : { DestinationCidrBlock: ipv4 };
}

const route: Kind = {
  replacedBy: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "gatewayId", "region"],
  deleteBeforeReplace: true,
  async create({ ec2 }, inputs) {
    const RouteTableId = text(inputs, "routeTableId");
    const destination = destinationOf(inputs);
    await ec2.send(new CreateRouteCommand({ RouteTableId, ...destination, GatewayId: text(inputs, "gatewayId") }));
    const [to = ""] = Object.values(destination);
    // AWS gives routes no ids; this is the official provider's.
    return { id: `r-${RouteTableId}${crc32(to)}`, state: { state: "active" } };
  },
  async read(aws, _id, state) {
    const { DestinationCidrBlock: ipv4, DestinationIpv6CidrBlock: ipv6 } = {
      DestinationCidrBlock: undefined,
      DestinationIpv6CidrBlock: undefined,
      ...destinationOf(state),
    };
    const table = await tableOf(aws, text(state, "routeTableId"));
    const found = table?.Routes?.find(
      (one) =>
        (ipv4 !== undefined && one.DestinationCidrBlock === ipv4) ||
        (ipv6 !== undefined && one.DestinationIpv6CidrBlock === ipv6),
    );
    return found && { gatewayId: found.GatewayId, state: found.State ?? "active" };
  },
  async remove({ ec2 }, _id, state) {
    await unlessGone(
      ec2.send(new DeleteRouteCommand({ RouteTableId: text(state, "routeTableId"), ...destinationOf(state) })),
    );
  },
};

const subnet: Kind = {
  replacedBy: ["vpcId", "cidrBlock", "availabilityZone", "ipv6CidrBlock", "region"],
  async create(aws, inputs) {
    const { Subnet } = await aws.ec2.send(
      new CreateSubnetCommand({
        VpcId: text(inputs, "vpcId"),
        CidrBlock: text(inputs, "cidrBlock"),
        AvailabilityZone: optionalText(inputs, "availabilityZone"),
        Ipv6CidrBlock: optionalText(inputs, "ipv6CidrBlock"),
        TagSpecifications: tagSpecifications("subnet", inputs),
      }),
    );
    return { id: Subnet?.SubnetId ?? "", state: { arn: Subnet?.SubnetArn } };
  },
  async finish(aws, id, inputs) {
    await setPublic(aws, id, inputs);
    return undefined;
  },
  async read({ ec2 }, id) {
    const found = await unlessGone(ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] })));
    const one = found?.Subnets?.[0];
    return (
      one && {
        vpcId: one.VpcId,
        cidrBlock: one.CidrBlock,
        availabilityZone: one.AvailabilityZone,
        ipv6CidrBlock: one.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "",
        mapPublicIpOnLaunch: one.MapPublicIpOnLaunch ?? false,
        tags: tagsFrom(one.Tags),
      }
    );
  },
  async update(aws, id, before, after) {
    await retag(aws, id, before, after);
    await setPublic(aws, id, after);
  },
  async remove({ ec2 }, id) {
    await unlessGone(ec2.send(new DeleteSubnetCommand({ SubnetId: id })));
  },
};

async function setPublic({ ec2 }: Aws, id: string, inputs: Properties): Promise<void> {
  const Value = inputs.mapPublicIpOnLaunch === true;
  await ec2.send(new ModifySubnetAttributeCommand({ SubnetId: id, MapPublicIpOnLaunch: { Value } }));
}

const routeTableAssociation: Kind = {
  replacedBy: ["subnetId", "routeTableId", "region"],
  deleteBeforeReplace: true,
  async create({ ec2 }, inputs) {
    const { AssociationId } = await ec2.send(
      new AssociateRouteTableCommand({
        SubnetId: text(inputs, "subnetId"),
        RouteTableId: text(inputs, "routeTableId"),
      }),
    );
    return { id: AssociationId ?? "", state: {} };
  },
  async read(aws, id, state) {
    const table = await tableOf(aws, text(state, "routeTableId"));
    const found = table?.Associations?.find(({ RouteTableAssociationId }) => RouteTableAssociationId === id);
    return found && { subnetId: found.SubnetId, routeTableId: found.RouteTableId };
  },
  async remove({ ec2 }, id) {
    await unlessGone(ec2.send(new DisassociateRouteTableCommand({ AssociationId: id })));
  },
};

const vpcEndpoint: Kind = {
  replacedBy: ["vpcId", "serviceName", "vpcEndpointType", "region"],
  async create({ ec2 }, inputs) {
    const { VpcEndpoint } = await ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: text(inputs, "vpcId"),
        ServiceName: text(inputs, "serviceName"),
        VpcEndpointType: "Gateway",
        RouteTableIds: texts(inputs, "routeTableIds"),
        PolicyDocument: optionalText(inputs, "policy"),
        TagSpecifications: tagSpecifications("vpc-endpoint", inputs),
      }),
    );
    return { id: VpcEndpoint?.VpcEndpointId ?? "", state: {} };
  },
  finish: (aws, _id, inputs) => prefixListOf(aws, text(inputs, "serviceName")),
  async read(aws, id) {
    const { ec2 } = aws;
    const found = await unlessGone(ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] })));
    const one = found?.VpcEndpoints?.[0];
    if (one === undefined || one.State === "Deleted" || String(one.State).toLowerCase() === "deleted") return undefined;
    return {
      vpcId: one.VpcId,
      serviceName: one.ServiceName,
      routeTableIds: one.RouteTableIds ?? [],
      tags: tagsFrom(one.Tags),
      ...(await prefixListOf(aws, one.ServiceName)),
    };
  },
  async update(aws, id, before, after) {
    await retag(aws, id, before, after);
    const [old, wanted] = [texts(before, "routeTableIds"), texts(after, "routeTableIds")];
    await aws.ec2.send(
      new ModifyVpcEndpointCommand({
        VpcEndpointId: id,
        PolicyDocument: optionalText(after, "policy"),
        AddRouteTableIds: wanted.filter((one) => !old.includes(one)),
        RemoveRouteTableIds: old.filter((one) => !wanted.includes(one)),
      }),
    );
  },
  async remove({ ec2 }, id) {
    await unlessGone(ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] })));
  },
};

async function prefixListOf({ ec2 }: Aws, serviceName: string | undefined): Promise<Properties> {
  const lists = await ec2.send(new DescribePrefixListsCommand({}));
  const list = lists.PrefixLists?.find(({ PrefixListName }) => PrefixListName === serviceName);
  return { prefixListId: list?.PrefixListId ?? "" };
}

export const networkKinds: Readonly<Record<string, Kind>> = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/route:Route": route,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
};
