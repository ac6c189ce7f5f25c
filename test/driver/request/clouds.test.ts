import { namedSizes as onAws } from "../../../components/aws/sizes";
import { namedSizes as onDigitalOcean } from "../../../components/digitalocean/sizes";
import { memoryOf, sizeNames } from "../../../components/sizes";
import { awsOffers } from "../../../driver/request/aws-offers";
import { toDeployment } from "../../../driver/request/deployment";
import { shippedOffers } from "../../../driver/request/digitalocean-offers";
import { sentenceOf } from "../../../driver/request/errors";
import { checkRequest, parseRequest } from "../../../driver/request/parse";
import type { ProjectRequestSource } from "../../../driver/request/schema";
import { places } from "../../../programs/on-every-cloud";
import { least } from "./requests";

const onAwsLeast = { ...least, cloud: "aws", region: "eu-central-1" } satisfies ProjectRequestSource;
const sentences = (input: unknown): string[] => checkRequest(input).problems.map(sentenceOf);
const wiki = least.software[0]!;
const site = { name: "site", software: "wordpress" };

describe("a request that names places and sizes", () => {
  const source = {
    ...least,
    region: "frankfurt",
    bastionSize: "small",
    software: [
      { ...wiki, size: "medium" },
      { ...site, size: "large" },
    ],
  } satisfies ProjectRequestSource;

  test("changes its cloud by one line", () => {
    const there = parseRequest({ ...source, cloud: "aws" });
    const here = parseRequest(source);
    expect(here).toMatchObject({
      cloud: "digitalocean",
      region: "fra1",
      bastionSize: "s-1vcpu-1gb",
      software: [{ size: "s-1vcpu-2gb" }, { size: "s-2vcpu-4gb" }],
    });
    expect(there).toMatchObject({
      cloud: "aws",
      region: "eu-central-1",
      bastionSize: "t3.micro",
      software: [{ size: "t3.small" }, { size: "t3.medium" }],
    });
    // Accepted, it says so in the cloud's own names, and stays what it is.
    for (const request of [here, there]) expect(parseRequest(JSON.parse(JSON.stringify(request)))).toEqual(request);
  });

  test("means the same on every cloud: places that both have, sizes of the memory that they say", () => {
    for (const { digitalocean, aws, title } of Object.values(places)) {
      expect([title, shippedOffers.regions.find(({ slug }) => slug === digitalocean)?.available]).toEqual([
        title,
        true,
      ]);
      expect([title, awsOffers.regions.find(({ slug }) => slug === aws)?.available]).toEqual([title, true]);
    }
    for (const name of sizeNames) {
      const memory = (offers: typeof awsOffers, slug: string) =>
        offers.sizes.find((size) => size.slug === slug)?.memoryMb;
      expect([name, memory(shippedOffers, onDigitalOcean[name]), memory(awsOffers, onAws[name])]).toEqual([
        name,
        memoryOf[name],
        memoryOf[name],
      ]);
    }
  });

  test("is told in its own words what is wrong", () => {
    expect(sentences({ ...source, cloud: "aws", region: "fra1" })).toEqual([
      expect.stringMatching(
        /^region has to be one of af-south-1, .*, or on every cloud frankfurt, .* \(it is fra1\)\.$/,
      ),
    ]);
    expect(sentences({ ...source, region: "Frankfurt", cloud: "aws" })[0]).toMatch(/did you mean eu-central-1\?/);
  });
});

describe("a request for AWS", () => {
  test("is accepted as it is, with AWS's defaults", () => {
    expect(parseRequest(onAwsLeast)).toEqual({
      ...onAwsLeast,
      access: { admins: ["203.0.113.7/32"], anywhere: false, keys: [] },
      software: [{ name: "wiki", software: "dokuwiki", size: "t3.micro", subdomain: "wiki", parameters: {} }],
      tls: { issuer: "acme" },
      networkRange: "10.20.0.0/24",
      bastionSize: "t3.micro",
      owner: "deploy4me",
      flowLogs: false,
      protect: false,
    });
  });

  test("is a deployment in AWS's component's words", () => {
    const request = parseRequest({ ...onAwsLeast, owner: "accounting", flowLogs: true });
    expect(toDeployment(request)).toMatchObject({ cloud: "aws", owner: "accounting", flowLogs: true, name: "office" });
  });

  test("takes every instance type with an x86 processor: what is not known here, AWS is asked for", () => {
    for (const size of ["t3.large", "m7i.large", "m7i-flex.large", "c6a.48xlarge", "r5b.metal", "g4dn.xlarge"])
      expect([size, sentences({ ...onAwsLeast, bastionSize: size })]).toEqual([size, []]);
  });

  const small = "t3.nano, t3.micro, t3.small, t3.medium, t3.large";
  test.each<[string, object, string]>([
    [
      "a network that can't be cut into four subnets",
      { networkRange: "10.20.0.0/28" },
      "networkRange has to be a /26 or larger on AWS, which makes no subnet smaller than a /28 and needs two in each of two zones (it is 10.20.0.0/28).",
    ],
    [
      "a network that is larger than a VPC",
      { networkRange: "10.0.0.0/12" },
      "networkRange has to be between a /16 and a /28, such as 10.20.0.0/24 (it is 10.0.0.0/12).",
    ],
    [
      "a network that AWS warns of",
      { networkRange: "172.17.4.0/24" },
      "networkRange must not overlap 172.17.0.0/16, which the cloud keeps for itself (it is 172.17.4.0/24).",
    ],
    [
      "more servers than a zone's subnet has room for",
      {
        networkRange: "10.20.0.0/26",
        software: Array.from({ length: 12 }, (_, index) => ({ name: `wiki-${index}`, software: "dokuwiki" })),
      },
      "networkRange has to have room for 12 servers in one zone: a larger range than this (it is 10.20.0.0/26).",
    ],
    [
      "an owner that is no tag",
      { owner: "who?" },
      "owner has to be what AWS takes for a tag: 1 to 256 letters, digits, spaces and _ . : / = + - @ (it is who?).",
    ],
    [
      "an owner of more than 256 characters",
      { owner: "a".repeat(257) },
      `owner has to be what AWS takes for a tag: 1 to 256 letters, digits, spaces and _ . : / = + - @ (it is ${"a".repeat(80)}…).`,
    ],
    [
      "more administrators than a security group has rules",
      { access: { admins: Array.from({ length: 54 }, (_, index) => `203.0.113.${index}/32`) } },
      "access.admins must not name more than 53 IPv4 ranges on AWS, whose security groups have 60 rules a family: it names 54 (it is a list).",
    ],
    [
      "more keys than fit into user data",
      { access: { admins: ["203.0.113.7/32"], keys: Array(14).fill(`ssh-rsa ${"A".repeat(716)}`) } },
      "access.keys must not be so many: the cloud tells a machine 16384 bytes at its first boot, 9984 of them the ranges and keys of administrators, and these are 10334 (it is a list).",
    ],
    [
      "a processor that the image is not for",
      { bastionSize: "t4g.small" },
      `bastionSize has to have an x86 processor, as the machines' image does, such as ${small}, by the list of 2026-10-05 (it is t4g.small).`,
    ],
    [
      "a size of a known family that is none",
      { bastionSize: "t3.mikro" },
      `bastionSize has to be an EC2 instance type, such as ${small}, by the list of 2026-10-05: did you mean t3.micro? (it is t3.mikro).`,
    ],
    [
      "the other cloud's size",
      { software: [{ ...wiki, size: "s-1vcpu-1gb" }] },
      `software[0].size has to be an EC2 instance type, such as ${small}, by the list of 2026-10-05 (it is s-1vcpu-1gb).`,
    ],
    [
      "a size that is too small",
      { software: [{ ...site, size: "t3.nano" }] },
      "software[0].size has to have at least 1024 MB of memory, such as t3.micro, t3.small, t3.medium, t3.large, t3.xlarge, by the list of 2026-10-05 (it is t3.nano).",
    ],
  ])("with %s is refused by AWS's rule", (_, change, expected) => {
    expect(sentences({ ...onAwsLeast, ...change })).toEqual([expected]);
  });

  test("says everything at once", () => {
    const input = {
      ...onAwsLeast,
      region: "eu-centrall-1",
      networkRange: "10.20.0.0/28",
      owner: "?",
      bastionSize: "t3.x",
    };
    expect(
      checkRequest(input)
        .problems.map(({ at }) => at)
        .sort(),
    ).toEqual(["bastionSize", "networkRange", "owner", "region"]);
  });
});

test.each([
  ["owner", "accounting"],
  ["flowLogs", false],
])("%s is AWS's alone, and not passed over in silence elsewhere", (key, value) => {
  expect(sentences({ ...least, [key]: value })).toEqual([
    `${key} is for aws alone: leave it out on digitalocean (it is ${String(value)}).`,
  ]);
});
