import { type AwsDeploymentArgs, BusinessDeployment } from "../../components/aws/deployment";
import { costBetween, estimate, estimateOf, UnknownPrice } from "../../driver/estimate";
import { awsOffers } from "../../driver/request/aws-offers";
import { awsPrices } from "../../driver/request/aws-prices";
import { toDeployment } from "../../driver/request/deployment";
import { priceOf } from "../../driver/request/offers";
import { parseRequest } from "../../driver/request/parse";
import { playCloud } from "../components/aws/mocks";
import { type Registered, settled } from "../components/recorded";
import { least } from "./request/requests";

const request = parseRequest({
  ...least,
  cloud: "aws",
  region: "frankfurt",
  tls: { issuer: "private-ca" },
  flowLogs: true,
  software: [
    { name: "wiki", software: "dokuwiki" },
    { name: "site", software: "wordpress", size: "medium" },
  ],
});

describe("an estimate on AWS", () => {
  test("names each part with its price, and all of them together", async () => {
    const { lines, monthly, hourly, notes } = await estimate(request);
    expect(lines.filter((line) => line.monthly > 0).map(({ name, what, monthly: own }) => [name, what, own])).toEqual([
      ["bastion", "instance t3.micro", 8.76],
      ["bastion", "gp3 volume of 25 GiB", 2.38],
      ["wiki", "instance t3.micro", 8.76],
      ["wiki", "gp3 volume of 25 GiB", 2.38],
      ["site", "instance t3.small", 17.52],
      ["site", "gp3 volume of 25 GiB", 2.38],
      ["bastion", "public IPv4 address", 3.65],
      ["dns", "zone of example.com with 4 records", 0.5],
    ]);
    expect(lines.filter((line) => line.monthly === 0).map(({ what }) => what)).toEqual([
      "bucket for backups ($0.0245 a GB of what is in it)",
      "bucket for the record of connections ($0.0245 a GB of what is in it)",
      "VPC, subnets, routes, security groups and the way to the buckets (no NAT gateway)",
      "the deployment's SSH key, and the servers' role",
    ]);
    expect([monthly, hourly, notes]).toEqual([46.33, 0.06347, []]);
  });

  test("says of when its prices are, where they are from, and what they leave out", async () => {
    const { prices, otherPrices, notIncluded, currency } = await estimate(request);
    const source = "AWS's price lists by region (EC2, EBS, VPC, S3, Route 53), on demand";
    expect([currency, prices, otherPrices]).toEqual([
      "USD",
      { source, date: "2026-09", live: false },
      { source, date: "2026-09" },
    ]);
    expect(notIncluded.join(" ")).toMatch(/traffic.*taxes/);
  });

  test("asks nobody, and does not count another cloud's prices", async () => {
    let asked = 0;
    const live = () => Promise.reject(new Error(String(++asked)));
    expect((await estimate(request, { live })).monthly).toBe(46.33);
    expect(asked).toBe(0);
  });

  test.each([
    ["m7i.large", "frankfurt", "m7i.large in eu-central-1"],
    ["small", "eu-west-3", "t3.micro in eu-west-3"],
  ])("of %s in %s is none", async (bastionSize, region, what) => {
    const unknown = parseRequest({ ...least, cloud: "aws", region, bastionSize });
    await expect(estimate(unknown)).rejects.toThrow(UnknownPrice);
    await expect(estimate(unknown)).rejects.toThrow(`There is no price for the size ${what}: AWS's price lists`);
  });

  test("of snapshots and larger disks is by the gigabyte", () => {
    const region = "eu-west-2";
    const { monthly } = estimateOf([
      { kind: "disk", name: "data", region, sizeGb: 100 },
      { kind: "ebs-snapshot", name: "then", region, sizeGb: 100 },
      { kind: "bucket", name: "backups", region, what: "backups", sizeGb: 100 },
    ]);
    expect(monthly).toBe(16.98);
  });
});

/**
 * AWS's prices of Frankfurt in October 2026, looked up again for this file alone: an hour of each type, a GB-month of gp3, an hour
 * of a public IPv4 address, a month of a zone.
 */
const frankfurt = { "t3.micro": 0.012, "t3.small": 0.024, gp3: 0.0952, address: 0.005, zone: 0.5 } as const;

/** What a resource costs for so many hours of a month. */
const costs: Readonly<Record<string, (inputs: Registered["inputs"], hours: number) => number>> = {
  "ec2/instance:Instance": ({ instanceType, rootBlockDevice }, hours) => {
    const { volumeSize } = rootBlockDevice as { volumeSize: number };
    return cents(frankfurt[instanceType as "t3.micro"] * hours) + cents((frankfurt.gp3 * volumeSize * hours) / 730);
  },
  "ec2/eip:Eip": (_, hours) => cents(frankfurt.address * hours),
  "route53/zone:Zone": () => cents(frankfurt.zone),
};
const free =
  /^(ec2\/(vpc|subnet|internetGateway|routeTable|route|routeTableAssociation|securityGroup|defaultSecurityGroup|vpcEndpoint|flowLog|keyPair|tag)|vpc\/securityGroup(In|E)gressRule|ec2\/vpcSecurityGroupRulesExclusive|iam\/(role|rolePolicy|instanceProfile)|route53\/record|s3\/bucket\w*):/;
const cents = (amount: number): number => Math.round(amount * 100);

test("what a deployment is estimated to cost is the sum of what its resources cost, at any time of its life", async () => {
  const registered = playCloud();
  const { name, ...args } = toDeployment(request);
  new BusinessDeployment(name, args as AwsDeploymentArgs);
  await settled();
  const inCloud = registered.filter(({ type }) => type.startsWith("aws:"));
  const kind = (type: string): string => type.replace(/^aws:/, "");
  expect(
    inCloud.filter(({ type }) => !(kind(type) in costs) && !free.test(kind(type))).map(({ type }) => type),
  ).toEqual([]);
  const billed = inCloud.filter(({ type }) => kind(type) in costs);
  expect(billed).toHaveLength(5);

  const sumOf = (hours: number): number =>
    billed.reduce((sum, { type, inputs }) => sum + (costs[kind(type)]?.(inputs, hours) ?? 0), 0);
  const estimated = await estimate(request);
  expect(cents(estimated.monthly)).toBe(sumOf(730));
  const start = new Date("2026-01-01T00:00:00Z");
  for (const hours of [1, 24, 500, 744])
    expect([hours, cents(costBetween(estimated, start, new Date(start.getTime() + hours * 3_600_000)))]).toEqual([
      hours,
      sumOf(hours),
    ]);
});

describe("the prices that come with the product", () => {
  test("are of the whole family, each size twice the one before, in every region of which there are any", () => {
    for (const region of Object.keys(awsPrices.regions)) {
      const hours = awsOffers.sizes.map((size) => priceOf(size, region)?.hourly ?? 0);
      hours.slice(1).forEach((hour, index) => {
        expect([region, hour / (hours[index] ?? 1)]).toEqual([region, expect.closeTo(2, 5)]);
      });
    }
    expect(awsOffers.sizes.map((size) => priceOf(size, "eu-west-3"))).toEqual(Array(7).fill(undefined));
  });

  test.each([
    ["us-east-1", "t3.2xlarge", 0.3328],
    ["us-east-1", "t3.micro", 0.0104],
    ["eu-west-2", "t3.medium", 0.0472],
    ["ap-southeast-1", "t3.xlarge", 0.2112],
    ["eu-central-1", "t3.2xlarge", 0.384],
  ])("are AWS's own: in %s an hour of a %s costs %d", (region, slug, hourly) => {
    const size = awsOffers.sizes.find((one) => one.slug === slug);
    expect(size && priceOf(size, region)?.hourly).toBe(hourly);
  });
});
