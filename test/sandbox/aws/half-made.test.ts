import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";

import { type BareApi, openApi } from "./api";

/** Whoever gives instances their machines looks while others are being made. */
describe("an instance that is being made", () => {
  let api: BareApi;

  beforeAll(async () => {
    api = await openApi();
  });
  afterAll(() => api.close());

  test("is never seen without what it is to have", async () => {
    const { Vpc } = await api.ec2.send(
      new CreateVpcCommand({ CidrBlock: "10.1.0.0/16", AmazonProvidedIpv6CidrBlock: true }),
    );
    const Ipv6CidrBlock = Vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock?.replace("/56", "/64");
    const inVpc = { VpcId: Vpc?.VpcId, CidrBlock: "10.1.0.0/24", Ipv6CidrBlock };
    const { Subnet } = await api.ec2.send(new CreateSubnetCommand(inVpc));
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
        const { Reservations = [] } = await api.ec2.send(new DescribeInstancesCommand({}));
        looks++;
        for (const { InstanceId, State, NetworkInterfaces } of Reservations.flatMap(({ Instances = [] }) => Instances))
          if (State?.Name !== "pending" || NetworkInterfaces?.[0]?.Ipv6Addresses?.length !== 1)
            half.push({ InstanceId, State, NetworkInterfaces });
      }
    };
    const looking = Promise.all([look(), look(), look()]);
    for (let made = 0; made < 4; made++) await api.ec2.send(run);
    making = false;
    await looking;
    expect(looks).toBeGreaterThan(4);
    expect(half).toEqual([]);
  });
});
