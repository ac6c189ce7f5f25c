import { type AwsDeploymentArgs, BusinessDeployment } from "../../../components/aws/deployment";
import { bastionRules, serverRules } from "../../../components/aws/security-rules";
import { type Registered, settled } from "../recorded";
import { playCloud } from "./mocks";

const right: AwsDeploymentArgs = {
  domain: "example.com",
  region: "eu-central-1",
  adminAccess: ["203.0.113.7/32"],
  software: [{ name: "wiki", software: "dokuwiki", parameters: { title: "Our wiki" } }],
  tls: { issuer: "private-ca" },
  owner: "accounting",
};

let all: Registered[];
const one = (name: string, type = ""): Registered => {
  const found = all.filter((resource) => resource.name === name && resource.type.includes(type));
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} resources are called ${name}`);
  return found[0];
};
/** In the order of their names: the engine is asked for them in whatever order they are ready. */
const ofType = (type: string): Registered[] =>
  all.filter((resource) => resource.type.endsWith(`:${type}`)).sort((a, b) => (a.name < b.name ? -1 : 1));

async function deploy(args: AwsDeploymentArgs = right): Promise<BusinessDeployment> {
  all = playCloud();
  const deployment = new BusinessDeployment("office", args);
  await settled();
  return deployment;
}

describe("a deployment", () => {
  beforeAll(async () => {
    await deploy();
  });

  test("is made of the same components as on the other cloud, and of AWS's own below them", () => {
    const components = all
      .filter(({ type }) => type.startsWith("deploy4me:"))
      .map(({ type, name }) => `${type} ${name}`);
    expect(components.sort()).toEqual([
      "deploy4me:aws:BackupStore office-backups",
      "deploy4me:aws:Bastion office-bastion",
      "deploy4me:aws:BusinessDeployment office",
      "deploy4me:aws:Dns office-dns",
      "deploy4me:aws:Network office-network",
      "deploy4me:aws:PrivateBucket office-backups-store",
      "deploy4me:aws:SecurityGroups office-network-groups",
      "deploy4me:aws:Server office-wiki",
      "deploy4me:host:Gateway office-gateway",
      "deploy4me:host:SoftwareServer office-wiki",
    ]);
    expect(ofType("Instance").map(({ name }) => name)).toEqual(["office-bastion-machine", "office-wiki-machine"]);
    expect(ofType("NatGateway")).toEqual([]);
  });

  test("spans two zones, with a public and a private subnet in each, and routes out of the public ones alone", () => {
    expect(
      ofType("Subnet").map(({ inputs }) => [inputs.availabilityZone, inputs.cidrBlock, inputs.ipv6CidrBlock]),
    ).toEqual([
      ["eu-central-1a", "10.20.0.128/26", undefined],
      ["eu-central-1b", "10.20.0.192/26", undefined],
      ["eu-central-1a", "10.20.0.0/26", "2001:db8:1234:1a00::/64"],
      ["eu-central-1b", "10.20.0.64/26", "2001:db8:1234:1a01::/64"],
    ]);
    expect(ofType("Subnet").every(({ inputs }) => inputs.mapPublicIpOnLaunch === false)).toBe(true);
    expect(ofType("Route").map(({ inputs }) => inputs.routeTableId)).toEqual(
      Array(2).fill("office-network-public-routes-id"),
    );
  });

  test("has machines with IMDSv2, encrypted disks and no public address of their own", () => {
    for (const machine of ofType("Instance")) {
      expect(machine.inputs).toMatchObject({
        instanceType: "t3.micro",
        ami: "ami-0123456789abcdef0",
        keyName: "deploy4me-sandbox-office",
        associatePublicIpAddress: false,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        rootBlockDevice: { encrypted: true, volumeType: "gp3", deleteOnTermination: true },
        region: "eu-central-1",
      });
    }
  });

  test("has servers in a private subnet, frozen: no newer image or user data replaces them", () => {
    const server = one("office-wiki-machine");
    expect(server.inputs).toMatchObject({
      subnetId: "office-network-private-1-id",
      vpcSecurityGroupIds: ["office-network-groups-server-id"],
      iamInstanceProfile: "deploy4me-sandbox-office-backups",
    });
    expect(server.inputs.ipv6AddressCount).toBeUndefined();
    expect(server.ignoreChanges).toEqual(["userData", "ami", "keyName", "subnetId"]);
    expect(server.hasReplacementTrigger).toBe(false);
  });

  test("has a bastion that is replaced with its user data alone, and comes back when it was terminated", () => {
    const bastion = one("office-bastion-machine");
    expect(bastion.inputs).toMatchObject({
      subnetId: "office-network-public-1-id",
      vpcSecurityGroupIds: ["office-network-groups-bastion-id"],
      ipv6AddressCount: 1,
      userDataReplaceOnChange: true,
    });
    expect(bastion.inputs.iamInstanceProfile).toBeUndefined();
    expect(bastion.ignoreChanges).toEqual(["ami"]);
    expect(bastion.hasReplacementTrigger).toBe(true);
    expect(one("office-bastion-address").inputs).toMatchObject({
      domain: "vpc",
      instance: "office-bastion-machine-id",
    });
  });

  test("has its groups' rules before the first machine, and empties the network's default group", () => {
    const rules = [...ofType("SecurityGroupIngressRule"), ...ofType("SecurityGroupEgressRule")].filter(
      ({ parent }) => parent === "office-network-groups",
    );
    const wanted = { adminAccess: right.adminAccess, softwarePorts: [80] };
    expect(rules).toHaveLength(bastionRules(wanted).length + serverRules(wanted).length);
    for (const machine of ofType("Instance"))
      expect(machine.dependencies).toEqual(expect.arrayContaining(rules.map(({ name }) => name)));
    expect(one("office-network-groups-default").inputs).toMatchObject({ ingress: [], egress: [] });
  });

  test.each(["bastion", "server"])("keeps to its own rules in the group of the %s: others are taken away", (group) => {
    const listed = (direction: string): string[] =>
      ofType(`SecurityGroup${direction}Rule`)
        .filter(({ inputs }) => inputs.securityGroupId === `office-network-groups-${group}-id`)
        .map(({ name }) => `${name}-id`);
    expect(listed("Ingress")).not.toEqual([]);
    expect(listed("Egress")).not.toEqual([]);
    const { securityGroupId, ingressRuleIds, egressRuleIds } = one(`office-network-groups-${group}-only`).inputs;
    expect(securityGroupId).toBe(`office-network-groups-${group}-id`);
    expect(new Set(ingressRuleIds as string[])).toEqual(new Set(listed("Ingress")));
    expect(new Set(egressRuleIds as string[])).toEqual(new Set(listed("Egress")));
  });

  test("lets its servers reach the backups' bucket by a gateway endpoint, and read and write there, but delete nothing", () => {
    expect(one("office-backups-endpoint").inputs).toMatchObject({
      vpcEndpointType: "Gateway",
      serviceName: "com.amazonaws.eu-central-1.s3",
      routeTableIds: ["office-network-private-routes-id"],
    });
    expect(one("office-backups-way-out").inputs).toMatchObject({ prefixListId: "pl-1", fromPort: 443, toPort: 443 });
    expect(String(one("office-backups-rights").inputs.policy)).not.toContain("Delete");
    expect(one("office-backups-store-versioning").inputs).toMatchObject({
      versioningConfiguration: { status: "Enabled" },
    });
    expect(one("office-backups-store-private").inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(String(one("office-backups-store-policy").inputs.policy)).toContain('"aws:SecureTransport":"false"');
  });

  test("has everything tagged with project, stack and owner that AWS tags", () => {
    const untaggable =
      /:(Route|RouteTableAssociation|RolePolicy|Record|VpcSecurityGroupRulesExclusive|Bucket[A-Z]\w+)$/;
    const taggable = all.filter(({ type }) => type.startsWith("aws:") && !untaggable.test(type));
    expect(taggable.length).toBeGreaterThan(30);
    for (const { name, inputs } of taggable) {
      expect({ name, tags: inputs.tags }).toMatchObject({
        name,
        tags: { "deploy4me:project": "deploy4me", "deploy4me:stack": "sandbox", "deploy4me:owner": "accounting" },
      });
    }
  });

  test("has everything in the region that was asked for, but for what AWS has once for all", () => {
    const global = /^aws:(iam|route53)\//;
    for (const { type, name, inputs } of all.filter((each) => each.type.startsWith("aws:") && !global.test(each.type)))
      expect({ type, name, region: inputs.region }).toEqual({ type, name, region: "eu-central-1" });
  });

  test("has names for both families", () => {
    expect(one("office-dns-wiki-a").inputs).toMatchObject({
      name: "wiki.example.com",
      type: "A",
      records: ["203.0.113.20"],
    });
    expect(one("office-dns-wiki-aaaa").inputs).toMatchObject({ type: "AAAA", records: ["2001:db8:1234:1a00::4"] });
  });
});

test("flow logs go into a bucket of their own, when they are asked for", async () => {
  await deploy({ ...right, flowLogs: true });
  expect(one("office-network-flows-log").inputs).toMatchObject({ trafficType: "ALL", logDestinationType: "s3" });
  expect(String(one("office-network-flows-store-policy").inputs.policy)).toContain("delivery.logs.amazonaws.com");
});

test("a child can be changed without the component knowing how", async () => {
  await deploy({ ...right, transform: { server: { machine: { monitoring: true } }, network: { vpc: { tags: {} } } } });
  expect(one("office-wiki-machine").inputs).toMatchObject({
    monitoring: true,
    metadataOptions: { httpTokens: "required" },
  });
  expect(one("office-network-vpc").inputs).toMatchObject({ tags: {} });
});

test.each<[string, Partial<AwsDeploymentArgs>, RegExp]>([
  ["a network that AWS makes no four subnets of", { networkRange: "10.20.0.0/28" }, /^networkRange has to be a \/26/],
  ["an owner that is no tag", { owner: "who?" }, /^owner has to be what AWS takes for a tag/],
  [
    "software that is unknown",
    { software: [{ name: "a", software: "b" }] },
    /^software\[0\]\.software has to be one of/,
  ],
])("nothing is created with %s", (_, change, message) => {
  all = playCloud();
  expect(() => new BusinessDeployment("office", { ...right, ...change })).toThrow(message);
  expect(all).toEqual([]);
});
