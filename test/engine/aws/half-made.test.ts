import { AwsProvider, HalfMade } from "../../../engine/aws/provider";
import { Moto } from "../../components/aws/moto";
import { FaultyApi } from "./faulty";

jest.setTimeout(120_000);

/** What is made by several calls, when one after the first is refused. */
describe("a resource of which AWS made but the first half", () => {
  const provider = new AwsProvider();
  const before = process.env.AWS_ENDPOINT_URL;
  let moto: Moto;
  let api: FaultyApi;
  let vpcId: string;
  let instance: string;

  beforeAll(async () => {
    moto = await Moto.start();
    api = await FaultyApi.start(moto.url);
    process.env.AWS_ENDPOINT_URL = api.url;
    provider.configure({ region: "eu-central-1", accessKey: "a", secretKey: "b" });
    vpcId = await make("ec2/vpc:Vpc", { cidrBlock: "10.20.0.0/24" });
    await make("iam/role:Role", { name: "office", assumeRolePolicy: "{}" });
    const subnetId = await make("ec2/subnet:Subnet", { vpcId, cidrBlock: "10.20.0.0/26" });
    instance = await make("ec2/instance:Instance", {
      ami: "ami-0de4b1a2d1e5a0013",
      instanceType: "t3.micro",
      subnetId,
      rootBlockDevice: { volumeSize: 8 },
    });
  });
  afterAll(async () => {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = before;
    await api.stop();
    await moto.stop();
  });

  const make = async (type: string, inputs: object): Promise<string> =>
    (await provider.create(`aws:${type}`, { ...inputs })).id;

  test.each([
    ["ec2/vpc:Vpc", "ModifyVpcAttribute", () => ({ cidrBlock: "10.30.0.0/24" })],
    ["ec2/internetGateway:InternetGateway", "AttachInternetGateway", () => ({ vpcId })],
    ["ec2/subnet:Subnet", "ModifySubnetAttribute", () => ({ vpcId, cidrBlock: "10.20.0.64/26" })],
    [
      "ec2/securityGroup:SecurityGroup",
      "RevokeSecurityGroupEgress",
      () => ({ vpcId, name: "servers", description: "Servers" }),
    ],
    ["ec2/eip:Eip", "AssociateAddress", () => ({ domain: "vpc", instance })],
    ["iam/instanceProfile:InstanceProfile", "AddRoleToInstanceProfile", () => ({ name: "office", role: "office" })],
    ["s3/bucket:Bucket", "PUT ?tagging", () => ({ bucket: "office-backups", tags: { owner: "tests" } })],
    ["route53/zone:Zone", "POST tags", () => ({ name: "example.com", comment: "x", tags: { owner: "tests" } })],
  ])("is known by its id, finished by the next update, and goes: %s without %s", async (type, second, inputsOf) => {
    const token = `aws:${type}`;
    const inputs = inputsOf();
    api.refused.add(second);
    const failed: unknown = await provider.create(token, inputs).catch((error: unknown) => error);
    if (!(failed instanceof HalfMade)) throw new Error("it was not half made", { cause: failed });
    expect(failed.id).not.toBe("");
    expect(String(failed.cause)).toContain(`not authorized: ${second}`);
    // A refresh may come between.
    const read = await provider.read(token, failed.id, failed.state, inputs);
    const state = read!.state;
    expect(provider.diff(token, state, inputs, inputs).isDifferent).toBe(true);

    const asked = api.asked.length;
    const finished = await provider.update(token, failed.id, state, inputs, inputs);
    expect(api.asked.slice(asked)).toContain(second);
    expect(provider.diff(token, finished, inputs, inputs).isDifferent).toBe(false);
    await provider.remove(token, failed.id, finished);
  });

  test.each([
    ["ec2/internetGateway:InternetGateway", "AttachInternetGateway", () => ({ vpcId })],
    ["ec2/eip:Eip", "AssociateAddress", () => ({ domain: "vpc", instance })],
    ["iam/instanceProfile:InstanceProfile", "AddRoleToInstanceProfile", () => ({ name: "office", role: "office" })],
  ])(
    "is finished as well when it was found again, and nobody knows what it lacks: %s",
    async (type, second, inputsOf) => {
      const token = `aws:${type}`;
      const inputs = inputsOf();
      api.refused.add(second);
      const failed = (await provider.create(token, inputs).catch((error: unknown) => error)) as HalfMade;
      const found = await provider.read(token, failed.id, inputs, inputs);
      const { changed, replaces } = provider.diff(token, found!.state, found!.inputs, inputs);
      expect([changed.length, replaces]).toEqual([1, []]);
      const finished = await provider.update(token, failed.id, found!.state, found!.inputs, inputs);
      const again = await provider.read(token, failed.id, finished, inputs);
      expect(provider.diff(token, again!.state, again!.inputs, inputs).isDifferent).toBe(false);
      await provider.remove(token, failed.id, again!.state);
    },
  );

  test("goes without having been finished", async () => {
    const token = "aws:ec2/internetGateway:InternetGateway";
    api.refused.add("AttachInternetGateway");
    const failed = (await provider.create(token, { vpcId }).catch((error: unknown) => error)) as HalfMade;
    await provider.remove(token, failed.id, { vpcId, ...failed.state });
    expect(await provider.read(token, failed.id, failed.state, { vpcId })).toBeUndefined();
  });
});
