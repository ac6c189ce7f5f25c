import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";

import { projectRoot } from "../../../cli/home";
import { Moto } from "../../../sandbox/aws/moto";
import { layoutOf } from "../../../sandbox/hosts/network/addresses";
import { freePort } from "../../components/aws/moto";

/** Whoever gives instances their machines looks while others are being made. */
describe("an instance that is being made", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-aws-"));
  let moto: Moto;
  let ec2: EC2Client;

  beforeAll(async () => {
    const root = projectRoot();
    moto = await Moto.start({
      environment: join(root, ".deploy4me", "moto"),
      source: join(root, "sandbox", "aws"),
      directory,
      port: await freePort(),
      ranges: layoutOf(0).ranges,
    });
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    ec2 = new EC2Client({ endpoint: moto.url, region: "eu-central-1", credentials, maxAttempts: 1 });
  });
  afterAll(async () => {
    ec2.destroy();
    await moto.stop();
    rmSync(directory, { recursive: true });
  });

  test("is never seen without what it is to have", async () => {
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({ CidrBlock: "10.1.0.0/16", AmazonProvidedIpv6CidrBlock: true }),
    );
    const Ipv6CidrBlock = Vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock?.replace("/56", "/64");
    const inVpc = { VpcId: Vpc?.VpcId, CidrBlock: "10.1.0.0/24", Ipv6CidrBlock };
    const { Subnet } = await ec2.send(new CreateSubnetCommand(inVpc));
    const nic = { DeviceIndex: 0, SubnetId: Subnet?.SubnetId, Ipv6AddressCount: 1 };
    const run = new RunInstancesCommand({
      MinCount: 20,
      MaxCount: 20,
      ImageId: "ami-0de4b1a2d1e5a0013",
      InstanceType: "t3.micro",
      NetworkInterfaces: [nic],
    });
    const half: unknown[] = [];
    let [looks, making] = [0, true];
    const look = async (): Promise<void> => {
      while (making) {
        const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
        looks++;
        for (const { InstanceId, State, NetworkInterfaces } of Reservations.flatMap(({ Instances = [] }) => Instances))
          if (State?.Name !== "pending" || NetworkInterfaces?.[0]?.Ipv6Addresses?.length !== 1)
            half.push({ InstanceId, State, NetworkInterfaces });
      }
    };
    const looking = Promise.all([look(), look(), look()]);
    for (let made = 0; made < 4; made++) await ec2.send(run);
    making = false;
    await looking;
    expect(looks).toBeGreaterThan(4);
    expect(half).toEqual([]);
  });
});
