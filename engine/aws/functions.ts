import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeRegionsCommand,
  type Filter,
  type InstanceStateName,
  type _InstanceType,
  type LocationType,
} from "@aws-sdk/client-ec2";

import { type Aws, nested, nestedList, type Properties, text, texts } from "./kind";

/** What a function answers, by its token. */
export const functions: Readonly<Record<string, (aws: Aws, args: Properties) => Promise<Properties>>> = {
  async "aws:index/getRegions:getRegions"({ ec2, region }) {
    const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: false }));
    return { id: region, names: Regions.map(({ RegionName }) => RegionName) };
  },

  async "aws:index/getAvailabilityZones:getAvailabilityZones"({ ec2, region }, args) {
    const { AvailabilityZones = [] } = await ec2.send(
      new DescribeAvailabilityZonesCommand({ Filters: filtersOf(args) }),
    );
    const zones = AvailabilityZones.filter(({ State }) => args.state === undefined || State === args.state);
    return {
      id: region,
      names: zones.map(({ ZoneName }) => ZoneName),
      zoneIds: zones.map(({ ZoneId }) => ZoneId),
      groupNames: [],
      region,
    };
  },

  async "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings"({ ec2, region }, args) {
    const offers: { readonly type: string | undefined; readonly location: string | undefined }[] = [];
    for (let NextToken: string | undefined; ;) {
      const page = await ec2.send(
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: args.locationType as LocationType,
          Filters: filtersOf(args),
          NextToken,
        }),
      );
      for (const { InstanceType, Location } of page.InstanceTypeOfferings ?? [])
        offers.push({ type: InstanceType, location: Location });
      NextToken = page.NextToken;
      if (NextToken === undefined || NextToken === "") break;
    }
    return {
      id: region,
      instanceTypes: offers.map(({ type }) => type),
      locations: offers.map(({ location }) => location),
      locationTypes: offers.map(() => args.locationType),
      region,
    };
  },

  async "aws:ec2/getInstanceType:getInstanceType"({ ec2, region }, args) {
    const instanceType = text(args, "instanceType");
    const { InstanceTypes } = await ec2.send(
      new DescribeInstanceTypesCommand({ InstanceTypes: [instanceType as _InstanceType] }),
    );
    const [found] = InstanceTypes ?? [];
    return {
      id: instanceType,
      instanceType,
      memorySize: found?.MemoryInfo?.SizeInMiB ?? 0,
      defaultVcpus: found?.VCpuInfo?.DefaultVCpus ?? 0,
      region,
    };
  },

  async "aws:ec2/getAmi:getAmi"({ ec2, region }, args) {
    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({ Owners: texts(args, "owners"), Filters: filtersOf(args) }),
    );
    const newest = [...Images].sort((a, b) => ((a.CreationDate ?? "") < (b.CreationDate ?? "") ? 1 : -1))[0];
    if (newest === undefined)
      throw new Error("Your query returned no results. Please change your search criteria and try again.");
    return { id: newest.ImageId, imageId: newest.ImageId, name: newest.Name, ownerId: newest.OwnerId, region };
  },

  async "aws:ec2/getInstances:getInstances"({ ec2, region }, args) {
    const tags = Object.entries(nested(args, "instanceTags")).map(([key, value]) => ({
      Name: `tag:${key}`,
      Values: [String(value)],
    }));
    const states = texts(args, "instanceStateNames") as InstanceStateName[];
    const wanted = states.length === 0 ? ["running"] : states;
    const { Reservations = [] } = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [...filtersOf(args), ...tags, { Name: "instance-state-name", Values: wanted }],
      }),
    );
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
    return {
      id: region,
      ids: instances.map(({ InstanceId }) => InstanceId),
      privateIps: instances.map(({ PrivateIpAddress }) => PrivateIpAddress),
      publicIps: instances.flatMap(({ PublicIpAddress }) => PublicIpAddress ?? []),
      ipv6Addresses: [],
      region,
    };
  },
};

function filtersOf(args: Properties): Filter[] {
  return nestedList(args, "filters").map((one) => ({ Name: text(one, "name"), Values: texts(one, "values") }));
}
