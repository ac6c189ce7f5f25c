import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";

import { takeInventory } from "../../../sandbox/aws/inventory";
import { Metadata } from "../../../sandbox/aws/metadata";
import type { Changes } from "../../../sandbox/aws/moto";
import { type BareApi, openApi, region } from "./api";

/** The API of the sandbox's AWS, and nothing behind it: the test says when machines are where they have to be. */
describe("while a machine is on its way", () => {
  let api: BareApi;
  let id: string;

  beforeAll(async () => {
    api = await openApi();
  });
  afterAll(() => api.close());

  const found = async () => {
    const { Reservations = [] } = await api.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations[0]!.Instances![0]!;
  };
  const state = async () => (await found()).State?.Name;
  const inventory = async () => takeInventory(api.moto.url, [region]);
  /** As the machines' side does it: what was changed until now has been done. */
  const show = async (): Promise<Changes> => {
    const now = await api.moto.changesSince(-1, AbortSignal.timeout(60_000));
    await api.moto.shown(now.change, { [id]: 1 });
    return now;
  };

  test("an instance of the default VPC is pending, leads out, and has an address of the sandbox's", async () => {
    const Filters = [{ Name: "default-for-az", Values: ["true"] }];
    const { Subnets = [] } = await api.ec2.send(new DescribeSubnetsCommand({ Filters }));
    const { Instances = [] } = await api.ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        ImageId: "ami-0de4b1a2d1e5a0013",
        InstanceType: "t3.micro",
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
        NetworkInterfaces: [
          { DeviceIndex: 0, SubnetId: Subnets[0]?.SubnetId, AssociatePublicIpAddress: true, DeleteOnTermination: true },
        ],
      }),
    );
    id = Instances[0]?.InstanceId ?? "";
    expect(await state()).toBe("pending");
    const [instance] = (await inventory()).instances;
    expect(instance).toMatchObject({ isOn: true, isPublic: true, publicAddress: "203.0.113.4" });
    await show();
    expect(await state()).toBe("running");
  });

  test("it is told of itself, with the options that the API has", async () => {
    const now = await inventory();
    const [told] = new Metadata().of(now, () => 1);
    expect(told).toMatchObject({ machineId: 1, isOn: true, tokensRequired: true, hopLimit: 2 });
    expect(told?.content["meta-data"]).toMatchObject({
      "instance-id": id,
      "instance-type": "t3.micro",
      "local-ipv4": now.instances[0]?.privateAddress,
      "public-ipv4": "203.0.113.4",
      placement: { "availability-zone": "eu-central-1a", region },
    });
  });

  test("an address that is moved is answered for once it leads there", async () => {
    const { AllocationId } = await api.ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    const { change } = await api.moto.changesSince(-1, AbortSignal.timeout(60_000));
    const order: string[] = [];
    const answered = api.ec2
      .send(new AssociateAddressCommand({ AllocationId, InstanceId: id }))
      .then(() => order.push("answered"));
    const own = await api.moto.changesSince(change, AbortSignal.timeout(60_000));
    // Whoever answers at once has answered by then.
    for (let others = 0; others < 20; others++) await found();
    order.push("shown");
    await api.moto.shown(own.change, { [id]: 1 });
    await answered;
    expect(order).toEqual(["shown", "answered"]);
  });

  test("one that is stopped is stopping until it is off, and by force only when that was said", async () => {
    await api.ec2.send(new StopInstancesCommand({ InstanceIds: [id], Force: true }));
    expect(await state()).toBe("stopping");
    expect((await show()).forced).toEqual([id]);
    expect(await state()).toBe("stopped");
    await api.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    expect(await state()).toBe("pending");
    await show();
    await api.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect((await show()).forced).toEqual([]);
  });

  test("one that is terminated is shutting down until its machine is gone", async () => {
    await api.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(await state()).toBe("shutting-down");
    expect((await inventory()).instances).toEqual([]);
    await show();
    expect(await state()).toBe("terminated");
  });
});
