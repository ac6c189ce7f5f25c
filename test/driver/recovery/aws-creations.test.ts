import { setTimeout as pause } from "node:timers/promises";

import { generateKeyPair } from "../../../components/remote/ssh-keys";
import { AwsProvider } from "../../../engine/aws/provider";
import { Moto } from "../../components/aws/moto";
import { failureOf } from "../fixture";
import { atAws, type AwsSituation, creating, deleting, region, settleAtAws, variables } from "./aws-settling";

jest.setTimeout(60_000);

/** What was being made at AWS when an operation died: by somebody else's API, made by the provider that the operation would have had. */
const provider = new AwsProvider();
const own = process.env.AWS_ENDPOINT_URL;
let moto: Moto;

beforeAll(async () => {
  moto = await Moto.start();
  process.env.AWS_ENDPOINT_URL = moto.url;
  provider.configure({ region, accessKey: "a", secretKey: "b" });
  for (const [name, type, inputs] of base) ids.set(name, await make(type, inputs()));
});
afterAll(async () => {
  if (own === undefined) delete process.env.AWS_ENDPOINT_URL;
  else process.env.AWS_ENDPOINT_URL = own;
  await moto.stop();
});

type Inputs = Readonly<Record<string, unknown>>;
const ids = new Map<string, string>();
const id = (name: string): string => ids.get(name) ?? "";
const make = async (type: string, inputs: Inputs): Promise<string> => (await provider.create(`aws:${type}`, inputs)).id;
const settle = (situation: Omit<AwsSituation, "environment">) =>
  settleAtAws({ ...situation, environment: variables(moto.url) });

const tags = { Name: "test-office", "deploy4me:project": "test", "deploy4me:stack": "office" };
const others = { ...tags, "deploy4me:project": "other" };
const key = generateKeyPair("office").publicKey;

const vpcType = "ec2/vpc:Vpc";
const instanceType = "ec2/instance:Instance";
const eipType = "ec2/eip:Eip";
const keyPairType = "ec2/keyPair:KeyPair";
const bucketType = "s3/bucket:Bucket";
const zoneType = "route53/zone:Zone";

/** What others stand on. */
const base: readonly (readonly [name: string, type: string, inputs: () => Inputs])[] = [
  ["vpc", vpcType, () => ({ cidrBlock: "10.20.0.0/16" })],
  ["subnet", "ec2/subnet:Subnet", () => ({ vpcId: id("vpc"), cidrBlock: "10.20.9.0/24" })],
  ["another subnet", "ec2/subnet:Subnet", () => ({ vpcId: id("vpc"), cidrBlock: "10.20.8.0/24" })],
  ["table", "ec2/routeTable:RouteTable", () => ({ vpcId: id("vpc") })],
  ["gateway", "ec2/internetGateway:InternetGateway", () => ({ vpcId: id("vpc") })],
  ["group", "ec2/securityGroup:SecurityGroup", () => ({ vpcId: id("vpc"), name: "base", description: "Base" })],
  ["bucket", bucketType, () => ({ bucket: "base-of-the-test" })],
  ["another bucket", bucketType, () => ({ bucket: "another-of-the-test" })],
  ["third bucket", bucketType, () => ({ bucket: "third-of-the-test" })],
  ["zone", zoneType, () => ({ name: "base.example" })],
  ["role", "iam/role:Role", () => ({ name: "base", assumeRolePolicy: "{}" })],
];

const rule = () => ({ securityGroupId: id("group"), ipProtocol: "tcp", fromPort: 22, toPort: 22, tags });
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:ListBucket", Resource: "*" }],
});
const machine = { ami: "ami-0de4b1a2d1e5a0013", instanceType: "t3.micro", rootBlockDevice: { volumeSize: 8 } };

interface Case {
  readonly type: string;
  readonly inputs: () => Inputs;
  /** What of somebody else's is most like it. */
  readonly stranger: () => Inputs;
  /** With what differs, where AWS has room for two. */
  readonly again?: Inputs;
}

const tagged = (type: string, inputs: () => Inputs, again?: Inputs): Case => ({
  type,
  inputs: () => ({ ...inputs(), tags }),
  stranger: () => ({ ...inputs(), ...again, tags: others }),
  ...(again !== undefined && { again }),
});

const cases: readonly Case[] = [
  tagged(vpcType, () => ({ cidrBlock: "10.30.0.0/24", assignGeneratedIpv6CidrBlock: true }), {}),
  {
    type: "ec2/subnet:Subnet",
    inputs: () => ({ vpcId: id("vpc"), cidrBlock: "10.20.0.0/26", tags }),
    stranger: () => ({ vpcId: id("vpc"), cidrBlock: "10.20.0.64/26", tags: others }),
  },
  tagged("ec2/internetGateway:InternetGateway", () => ({}), {}),
  tagged("ec2/routeTable:RouteTable", () => ({ vpcId: id("vpc") }), {}),
  tagged(
    "ec2/vpcEndpoint:VpcEndpoint",
    () => ({ vpcId: id("vpc"), serviceName: `com.amazonaws.${region}.s3`, routeTableIds: [id("table")] }),
    {},
  ),
  tagged("ec2/securityGroup:SecurityGroup", () => ({ vpcId: id("vpc"), name: "servers", description: "Servers" }), {
    name: "others",
  }),
  tagged(instanceType, () => ({ ...machine, subnetId: id("subnet") }), {}),
  tagged(eipType, () => ({ domain: "vpc" }), {}),
  tagged(
    "ec2/flowLog:FlowLog",
    () => ({ vpcId: id("vpc"), logDestination: "arn:aws:s3:::base-of-the-test", maxAggregationInterval: 600 }),
    { logDestination: "arn:aws:s3:::another-of-the-test" },
  ),
  tagged(keyPairType, () => ({ keyName: "office", publicKey: key })),
  tagged("iam/role:Role", () => ({ name: "office", assumeRolePolicy: "{}" })),
  tagged("iam/instanceProfile:InstanceProfile", () => ({ name: "office", role: "base" })),
  tagged(zoneType, () => ({ name: "example.com", comment: "Made by deploy4me" }), {}),
  {
    type: bucketType,
    inputs: () => ({ bucketPrefix: "test-office-backups-", bucket: "test-office-backups-1", tags }),
    stranger: () => ({ bucket: "test-office-backups-10", tags: others }),
  },
  {
    type: "iam/rolePolicy:RolePolicy",
    inputs: () => ({ role: "base", name: "rights", policy }),
    stranger: () => ({ role: "base", name: "rights-of-others", policy }),
  },
  {
    type: "ec2/route:Route",
    inputs: () => ({ routeTableId: id("table"), destinationCidrBlock: "0.0.0.0/0", gatewayId: id("gateway") }),
    stranger: () => ({ routeTableId: id("table"), destinationIpv6CidrBlock: "::/0", gatewayId: id("gateway") }),
  },
  {
    type: "ec2/routeTableAssociation:RouteTableAssociation",
    inputs: () => ({ routeTableId: id("table"), subnetId: id("subnet") }),
    stranger: () => ({ routeTableId: id("table"), subnetId: id("another subnet") }),
  },
  {
    type: "route53/record:Record",
    inputs: () => ({ zoneId: id("zone"), name: "wiki.base.example", type: "A", ttl: 60, records: ["203.0.113.5"] }),
    stranger: () => ({ zoneId: id("zone"), name: "wiki.base.example", type: "A", ttl: 60, records: ["203.0.113.6"] }),
  },
  {
    type: "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    inputs: () => ({ ...rule(), cidrIpv6: "2001:db8::/32" }),
    stranger: () => ({ ...rule(), toPort: 23, cidrIpv6: "2001:db8::/32" }),
  },
  {
    type: "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    inputs: () => ({ ...rule(), referencedSecurityGroupId: id("group") }),
    stranger: () => ({ ...rule(), cidrIpv4: "203.0.113.0/24" }),
  },
];

describe.each(cases)("a $type that was being made", ({ type, inputs, stranger, again }) => {
  const token = `aws:${type}`;
  let made: string;

  test("is not there: what somebody else has made is not it", async () => {
    const foreign = await provider.create(token, stranger());
    const { resources, reread, notes } = await settle({ pending: [creating(atAws(type, inputs()))] });
    expect([resources, reread, notes]).toEqual([[], [], [expect.stringContaining("nothing of it is there")]]);
    // Where there can be but one of a name, it makes room.
    await provider.remove(token, foreign.id, foreign.state);
  });

  test("is there: it is taken into the state as its provider calls it, and the provider finds it", async () => {
    const pending = atAws(type, { ...inputs(), __defaults: [] }, { dependencies: ["urn:x"] });
    made = await make(type, inputs());
    const { resources, reread, notes } = await settle({ pending: [creating(pending)] });
    expect(resources).toEqual([{ ...pending, id: made, outputs: inputs() }]);
    expect([reread, notes]).toEqual([[pending.urn], [expect.stringContaining(`(${made})`)]]);
    expect(await provider.read(token, made, inputs(), inputs())).toBeDefined();
    // What the state has already is not taken once more.
    const known = atAws(type, inputs(), { id: made, urn: "urn:pulumi:office::test::x::another" });
    expect((await settle({ resources: [known], pending: [creating(pending)] })).resources).toEqual([known]);
  });

  if (again !== undefined)
    test("is there twice: none is taken", async () => {
      const second = await make(type, { ...inputs(), ...again });
      const failure = await failureOf(settle({ pending: [creating(atAws(type, inputs()))] }));
      expect(failure).toMatchObject({ code: "AMBIGUOUS_CREATION" });
      expect(failure.message).toContain(made);
      expect(failure.message).toContain(second);
      // One of them is the state's: then it is the other.
      const known = atAws(type, inputs(), { id: made, urn: "urn:pulumi:office::test::x::another" });
      const { resources } = await settle({ resources: [known], pending: [creating(atAws(type, inputs()))] });
      expect(resources.map((one) => one.id)).toEqual([made, second]);
    });
});

test("a rule is told by what it says, however AWS spells that", async () => {
  const type = "vpc/securityGroupIngressRule:SecurityGroupIngressRule";
  const spelt = { ...rule(), ipProtocol: "udp", cidrIpv6: "2001:db8:1::/48" };
  const made = await make(type, spelt);
  const pending = [creating(atAws(type, { ...spelt, ipProtocol: "17", cidrIpv6: "2001:DB8:0001::/48" }))];
  expect((await settle({ pending })).resources.map((one) => one.id)).toEqual([made]);
});

test("two that are equal are not one: what the first is found to be is not the second", async () => {
  const inputs = { domain: "vpc", tags: { ...tags, Name: "test-office-equal" } };
  const made = await make(eipType, inputs);
  const [one, other] = [atAws(eipType, inputs), atAws(eipType, inputs, { urn: "urn:pulumi:office::test::x::other" })];
  const { resources } = await settle({ pending: [creating(one), creating(other)] });
  expect(resources.map(({ urn, id: found }) => [urn, found])).toEqual([[one.urn, made]]);
});

test("a machine that was terminated is not it, and one that goes is waited for", async () => {
  const inputs = { ...machine, subnetId: id("subnet"), tags: { ...tags, Name: "test-office-gone" } };
  const gone = await make(instanceType, inputs);
  const resource = atAws(instanceType, inputs, { id: gone });
  const there = await settle({ resources: [resource], pending: [deleting(resource)] });
  expect([there.resources, there.reread]).toEqual([[resource], [resource.urn]]);
  await provider.remove(`aws:${instanceType}`, gone, inputs);
  expect((await settle({ pending: [creating(atAws(instanceType, inputs))] })).resources).toEqual([]);
});

test("what may not be shown yet is waited for", async () => {
  const inputs = { domain: "vpc", tags: { ...tags, Name: "test-office-late" } };
  const settling = settle({ pending: [creating(atAws(eipType, inputs))], visibleWithinMs: 20_000 });
  await pause(100);
  const late = await make(eipType, inputs);
  expect((await settling).resources.map((one) => one.id)).toEqual([late]);
});

describe("what is marked after it was made, and was not yet,", () => {
  test("is a bucket of our name with nothing in it, when nobody marks it meanwhile", async () => {
    const pending = [creating(atAws(bucketType, { bucketPrefix: "test-office-half-", tags }))];
    const half = await make(bucketType, { bucket: "test-office-half-1" });
    expect((await settle({ pending })).resources.map((one) => one.id)).toEqual([half]);
    const settling = settle({ pending, visibleWithinMs: 1_000 });
    await pause(100);
    await provider.update(`aws:${bucketType}`, half, {}, {}, { bucket: half, tags: others });
    expect((await settling).resources).toEqual([]);
    const full = await make(bucketType, { bucket: "test-office-half-2" });
    await fetch(`${moto.url}/${full}/something`, { method: "PUT", body: "x", headers: { authorization: "AWS a:b" } });
    expect((await settle({ pending })).resources).toEqual([]);
  });

  test("is a zone of our name with our comment and no records of anybody's", async () => {
    const inputs = { name: "half.example", comment: "Made by deploy4me", tags };
    const pending = [creating(atAws(zoneType, inputs))];
    await make(zoneType, { name: "half.example", comment: "Somebody's" });
    expect((await settle({ pending })).resources).toEqual([]);
    const half = await make(zoneType, { name: "half.example", comment: "Made by deploy4me" });
    expect((await settle({ pending })).resources.map((one) => one.id)).toEqual([half]);
    const www = { zoneId: half, name: "www.half.example", type: "A", ttl: 60, records: ["203.0.113.5"] };
    await make("route53/record:Record", www);
    expect((await settle({ pending })).resources).toEqual([]);
  });
});

describe("a key", () => {
  const inputs = { keyName: "untagged", publicKey: key };

  test("without tags is told by itself", async () => {
    const pending = [creating(atAws(keyPairType, inputs))];
    const another = { ...inputs, publicKey: generateKeyPair("other").publicKey };
    const foreign = await make(keyPairType, another);
    expect((await settle({ pending })).resources).toEqual([]);
    await provider.remove(`aws:${keyPairType}`, foreign, {});
    await make(keyPairType, inputs);
    expect((await settle({ pending })).resources.map((one) => one.id)).toEqual(["untagged"]);
  });

  test("that took the name of one that went before it is in its place", async () => {
    const gone = atAws(keyPairType, inputs, { id: "untagged", pendingReplacement: true });
    const { resources } = await settle({ resources: [gone], pending: [creating(atAws(keyPairType, inputs))] });
    expect(resources.map((one) => [one.id, one.pendingReplacement])).toEqual([["untagged", undefined]]);
  });
});

test.each([
  [vpcType, { cidrBlock: "10.30.0.0/24" }],
  [vpcType, { cidrBlock: "10.30.0.0/24", tags: { Name: { secret: true } } }],
  [bucketType, { tags }],
  ["route53/record:Record", { zoneId: "Z1", name: "wiki.base.example", type: "A", aliases: [] }],
])("a %s of which too little is known to be told from others is left to people", async (type, inputs) => {
  const failure = await failureOf(settle({ pending: [creating(atAws(type, inputs))] }));
  expect(failure).toMatchObject({ code: "PENDING_OPERATIONS", pending: [{ operation: "creating" }] });
});

describe("what was being deleted", () => {
  test.each(cases.filter(({ again, type }) => again !== undefined || type === bucketType))(
    "is out of the state when it is gone, and read anew when it is there still: $type",
    async ({ type, inputs, again }) => {
      const anew = { bucket: "deleted-of-the-test", name: "deleted", logDestination: "arn:aws:s3:::third-of-the-test" };
      const inputsNow = { ...inputs(), ...again, ...anew, tags: { Name: "deleted" } };
      const { id: made, state } = await provider.create(`aws:${type}`, inputsNow);
      const resource = atAws(type, inputsNow, { id: made });
      const left = await settle({ resources: [resource], pending: [deleting(resource)] });
      expect([left.resources, left.reread]).toEqual([[resource], [resource.urn]]);
      await provider.remove(`aws:${type}`, made, state);
      const gone = await settle({ resources: [resource], pending: [deleting(resource)] });
      expect([gone.resources, gone.reread]).toEqual([[], []]);
    },
  );

  test("is read anew where nothing but its provider knows it", async () => {
    const resource = atAws("ec2/route:Route", {}, { id: "r-1" });
    const { resources, reread } = await settle({ resources: [resource], pending: [deleting(resource)] });
    expect([resources, reread]).toEqual([[resource], [resource.urn]]);
  });
});
