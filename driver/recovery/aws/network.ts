import { crc32 } from "node:zlib";

import { type AwsRegion, pages } from "./cloud";
import { type AwsKind, type Phase, tagged, text, textsOf, there } from "./kind";

const vpc = tagged({ "cidr-block": "cidrBlock" }, async (aws, { Filters, ids }) => {
  const found = await pages((NextToken) =>
    aws.ec2("DescribeVpcs", (ec2, sending) => ec2.describeVpcs({ Filters, VpcIds: ids, NextToken }, sending)),
  );
  return found.flatMap(({ Vpcs = [] }) =>
    Vpcs.map(({ VpcId, Tags, State, Ipv6CidrBlockAssociationSet = [] }) => {
      // Without its range it is another one in the eyes of the provider, which would replace it.
      const isComing =
        State === "pending" ||
        Ipv6CidrBlockAssociationSet.some(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === "associating");
      return { id: VpcId, tags: Tags, phase: isComing ? "coming" : "there" } as const;
    }),
  );
});

const subnet = tagged({ "vpc-id": "vpcId", "cidr-block": "cidrBlock" }, async (aws, { Filters, ids }) => {
  const found = await pages((NextToken) =>
    aws.ec2("DescribeSubnets", (ec2, sending) => ec2.describeSubnets({ Filters, SubnetIds: ids, NextToken }, sending)),
  );
  return found.flatMap(({ Subnets = [] }) =>
    Subnets.map(
      ({ SubnetId, Tags, State }) =>
        ({ id: SubnetId, tags: Tags, phase: State === "pending" ? "coming" : "there" }) as const,
    ),
  );
});

/** One that was made and not attached yet is attached by the next `up`, which sees that it is not. */
const internetGateway = tagged({}, async (aws, { Filters, ids }) => {
  const found = await pages((NextToken) =>
    aws.ec2("DescribeInternetGateways", (ec2, sending) =>
      ec2.describeInternetGateways({ Filters, InternetGatewayIds: ids, NextToken }, sending),
    ),
  );
  return found.flatMap(({ InternetGateways = [] }) =>
    InternetGateways.map(({ InternetGatewayId, Tags }) => ({ id: InternetGatewayId, tags: Tags })),
  );
});

const routeTable = tagged({ "vpc-id": "vpcId" }, async (aws, { Filters, ids }) => {
  const found = await pages((NextToken) =>
    aws.ec2("DescribeRouteTables", (ec2, sending) =>
      ec2.describeRouteTables({ Filters, RouteTableIds: ids, NextToken }, sending),
    ),
  );
  return found.flatMap(({ RouteTables = [] }) =>
    RouteTables.map(({ RouteTableId, Tags }) => ({ id: RouteTableId, tags: Tags })),
  );
});

const endpointPhases: Readonly<Record<string, Phase>> = {
  pending: "coming",
  deleting: "going",
  deleted: "gone",
};

const vpcEndpoint = tagged({ "vpc-id": "vpcId", "service-name": "serviceName" }, async (aws, { Filters, ids }) => {
  const found = await pages((NextToken) =>
    aws.ec2("DescribeVpcEndpoints", (ec2, sending) =>
      ec2.describeVpcEndpoints({ Filters, VpcEndpointIds: ids, NextToken }, sending),
    ),
  );
  return found.flatMap(({ VpcEndpoints = [] }) =>
    VpcEndpoints.map(({ VpcEndpointId, Tags, State }) => ({
      id: VpcEndpointId,
      tags: Tags,
      // The API writes them with a capital or without.
      phase: endpointPhases[String(State).toLowerCase()] ?? "there",
    })),
  );
});

async function tableOf(aws: AwsRegion, id: string) {
  const found = await aws.ec2("DescribeRouteTables", (ec2, sending) =>
    ec2.describeRouteTables({ RouteTableIds: [id] }, sending),
  );
  return found?.RouteTables?.[0];
}

/** A table has one route to a destination, and a second one is refused; those that come with it lead to the VPC itself. */
const route: AwsKind = {
  async made(aws, inputs) {
    const [table, ipv4, ipv6] = ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock"].map((key) =>
      text(inputs, key),
    );
    const to = ipv4 ?? ipv6;
    if (table === undefined || to === undefined) return undefined;
    const routes = (await tableOf(aws, table))?.Routes ?? [];
    const one = routes.find(
      ({ DestinationCidrBlock, DestinationIpv6CidrBlock, Origin, GatewayId }) =>
        (ipv4 === undefined ? DestinationIpv6CidrBlock === ipv6 : DestinationCidrBlock === ipv4) &&
        Origin !== "CreateRouteTable" &&
        GatewayId !== "local",
    );
    return there(one && routeId(table, to));
  },
};

/** As the official provider has it (`RouteCreateID` in its `ec2/vpc_route.go`); AWS gives routes none. */
function routeId(table: string, destination: string): string {
  return `r-${table}${crc32(destination)}`;
}

/** A subnet has one route table. */
const routeTableAssociation: AwsKind = {
  async made(aws, inputs) {
    const ends = textsOf(inputs, "routeTableId", "subnetId");
    if (ends === undefined) return undefined;
    const { Associations = [] } = (await tableOf(aws, ends.routeTableId)) ?? {};
    const one = Associations.find(
      ({ SubnetId, AssociationState }) =>
        SubnetId === ends.subnetId && !/^(disassociat|failed)/.test(AssociationState?.State ?? ""),
    );
    return there(one?.RouteTableAssociationId);
  },
};

export const networkKinds: Readonly<Record<string, AwsKind>> = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
};
