import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type GroupIdentifier,
  type Instance,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  DescribeAddressesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { z } from "zod";

import { until } from "../../fixture/process";
import { type Account, type Action, type Machine, machineNamed, type NewMachine, type Undo } from "../cloud";
import { admits, admitsEverything, everything, groupsNamed, open } from "./groups";
import { inventory } from "./inventory";
import { addRecord } from "./names";

export const region = "eu-central-1";

/** Where an account is, and by which keys. */
export interface AwsAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Groups of the tests' own begin so: they go with their machine. */
const ownGroup = "end-to-end-";

/** AWS, in one region, by its SDK. */
export class AwsAccount implements Account {
  private readonly ec2: EC2Client;

  constructor(private readonly access: AwsAccess) {
    this.ec2 = new EC2Client(access);
  }

  async machines(): Promise<Machine[]> {
    const elastic = await this.reservedAddresses();
    return (await this.instances()).map((one) => machineOf(one, elastic));
  }

  async machine(part: string): Promise<Machine> {
    return machineNamed(await this.machines(), part);
  }

  async createUnfiltered({ name, userData, beside }: NewMachine): Promise<Machine> {
    const neighbour = beside === undefined ? undefined : await this.instance(beside.id);
    const subnet = await this.publicSubnet(neighbour?.VpcId);
    const hasIpv6 = (subnet.Ipv6CidrBlockAssociationSet ?? []).length > 0;
    const group = await this.openGroup(`${ownGroup}${name}`, subnet.VpcId);
    const { Instances = [] } = await this.ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        ImageId: neighbour?.ImageId ?? (await this.debian()),
        InstanceType: "t3.micro",
        UserData: Buffer.from(userData).toString("base64"),
        NetworkInterfaces: [
          {
            DeviceIndex: 0,
            SubnetId: subnet.SubnetId,
            AssociatePublicIpAddress: true,
            ...(hasIpv6 && { Ipv6AddressCount: 1 }),
            // Others know its neighbour by its groups. What one of several groups admits is admitted.
            Groups: [group, ...groupsOf(neighbour).flatMap(({ GroupId }) => GroupId ?? [])],
          },
        ],
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: name }] }],
      }),
    );
    const id = Instances[0]?.InstanceId ?? "";
    await this.untilState(id, "running");
    const made = await this.instance(id);
    return machineOf(made, await this.reservedAddresses());
  }

  async delete(id: string): Promise<void> {
    const groups = groupsOf(await this.instance(id));
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await this.untilState(id, "terminated");
    for (const { GroupId, GroupName = "" } of groups) {
      if (GroupName.startsWith(ownGroup)) await this.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    }
  }

  async act(id: string, action: Action): Promise<void> {
    const InstanceIds = [id];
    if (action === "reboot") {
      await this.ec2.send(new RebootInstancesCommand({ InstanceIds }));
    } else if (action === "power_off") {
      await this.ec2.send(new StopInstancesCommand({ InstanceIds, Force: true }));
      await this.untilState(id, "stopped");
    } else {
      await this.ec2.send(new StartInstancesCommand({ InstanceIds }));
      await this.untilState(id, "running");
    }
  }

  async reservedAddresses(): Promise<string[]> {
    const { Addresses = [] } = await this.ec2.send(new DescribeAddressesCommand({}));
    return Addresses.flatMap(({ PublicIp }) => PublicIp ?? []);
  }

  async withoutFirewalls(): Promise<Undo> {
    const undo: Undo[] = [];
    for (const group of await groupsNamed(this.ec2, /-(bastion|server)$/)) undo.push(await open(this.ec2, group));
    return async () => {
      for (const one of undo) await one();
    };
  }

  async admitByHand(port: number): Promise<void> {
    const [group] = await groupsNamed(this.ec2, /-bastion$/);
    const rule = { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
    await this.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group?.GroupId, IpPermissions: [rule] }));
  }

  async admits(port: number): Promise<boolean> {
    return (await groupsNamed(this.ec2, /-bastion$/)).some((group) => admits(group, port));
  }

  addRecord(domain: string, label: string, address: string): Promise<Undo> {
    return addRecord(this.access, domain, label, address);
  }

  async inventory(): Promise<string[]> {
    const machines = (await this.instances()).map(({ InstanceId = "" }) => `instances ${InstanceId}`);
    return [...machines, ...(await inventory(this.access))].sort();
  }

  async numberOf(id: string): Promise<number> {
    const answer = await fetch(`${this.access.endpoint}/deploy4me/machines`, { signal: AbortSignal.timeout(60_000) });
    const number = z.record(z.string(), z.number()).parse(await answer.json())[id];
    if (number === undefined) throw new Error(`the sandbox has no machine for instance ${id}`);
    return number;
  }

  /** Those that are not gone, nor about to go. */
  private async instances(): Promise<Instance[]> {
    const Filters = [{ Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }];
    const { Reservations = [] } = await this.ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  private async instance(id: string): Promise<Instance> {
    const { Reservations = [] } = await this.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    const [found] = Reservations.flatMap(({ Instances = [] }) => Instances);
    if (found === undefined) throw new Error(`the account has no instance ${id}`);
    return found;
  }

  private async untilState(id: string, state: "running" | "stopped" | "terminated"): Promise<void> {
    await until(`instance ${id} to be ${state}`, async () => (await this.instance(id)).State?.Name === state);
  }

  /** One that leads out: of a VPC's, or of the region's default VPC. */
  private async publicSubnet(vpcId: string | undefined) {
    const Filters =
      vpcId === undefined
        ? [{ Name: "default-for-az", Values: ["true"] }]
        : [
            { Name: "vpc-id", Values: [vpcId] },
            { Name: "tag:Name", Values: ["*-public-1"] },
          ];
    const { Subnets = [] } = await this.ec2.send(new DescribeSubnetsCommand({ Filters }));
    const [found] = Subnets;
    if (found === undefined) throw new Error("the account has no subnet for a machine with public addresses");
    return found;
  }

  private async openGroup(GroupName: string, VpcId: string | undefined): Promise<string> {
    const Description = "Admits everything";
    const made = await this.ec2.send(new CreateSecurityGroupCommand({ GroupName, Description, VpcId }));
    // To the outside, a new group admits everything by itself.
    await admitsEverything(this.ec2, made.GroupId, { ingress: [everything], egress: [] });
    return made.GroupId ?? "";
  }

  private async debian(): Promise<string> {
    const Filters = [{ Name: "name", Values: ["debian-13-amd64-*"] }];
    const { Images = [] } = await this.ec2.send(new DescribeImagesCommand({ Filters }));
    return Images[0]?.ImageId ?? "";
  }
}

function groupsOf(instance: Instance | undefined): GroupIdentifier[] {
  return (instance?.NetworkInterfaces ?? []).flatMap(({ Groups = [] }) => Groups);
}

function machineOf(instance: Instance, elastic: readonly string[]): Machine {
  const { InstanceId = "", Tags = [], PrivateIpAddress = "", PublicIpAddress, NetworkInterfaces = [] } = instance;
  const ipv6 = NetworkInterfaces.flatMap(({ Ipv6Addresses = [] }) =>
    Ipv6Addresses.flatMap((one) => one.Ipv6Address ?? []),
  );
  const hasOwn = PublicIpAddress !== undefined && PublicIpAddress !== "" && !elastic.includes(PublicIpAddress);
  return {
    id: InstanceId,
    name: Tags.find(({ Key }) => Key === "Name")?.Value ?? "",
    publicAddresses: [...(hasOwn ? [PublicIpAddress] : []), ...ipv6],
    privateAddress: PrivateIpAddress,
  };
}
