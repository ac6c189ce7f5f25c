import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateFlowLogsCommand,
  DeleteFlowLogsCommand,
  DeleteKeyPairCommand,
  DescribeAddressesCommand,
  DescribeFlowLogsCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DisassociateAddressCommand,
  ImportKeyPairCommand,
  type Instance,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  ReleaseAddressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type _InstanceType,
} from "@aws-sdk/client-ec2";

import { unlessGone } from "../gone";
import { type Aws, type Kind, nested, number, optionalText, type Properties, text, texts } from "../kind";
import { retag, tagList, tagsFrom, tagSpecifications } from "../tags";
import { until } from "../wait";

const keyPair: Kind = {
  replacedBy: ["keyName", "publicKey", "region"],
  deleteBeforeReplace: true,
  async create({ ec2 }, inputs) {
    const keyName = text(inputs, "keyName");
    const made = await ec2.send(
      new ImportKeyPairCommand({
        KeyName: keyName,
        PublicKeyMaterial: Buffer.from(text(inputs, "publicKey")),
        TagSpecifications: tagSpecifications("key-pair", inputs),
      }),
    );
    return { id: keyName, state: { keyPairId: made.KeyPairId, fingerprint: made.KeyFingerprint } };
  },
  async read({ ec2 }, id) {
    const found = await unlessGone(ec2.send(new DescribeKeyPairsCommand({ KeyNames: [id] })));
    const one = found?.KeyPairs?.[0];
    if (one === undefined) return undefined;
    const { KeyName, KeyPairId, KeyFingerprint, Tags } = one;
    return { keyName: KeyName, keyPairId: KeyPairId, fingerprint: KeyFingerprint, tags: tagsFrom(Tags) };
  },
  async update(aws, _id, before, after) {
    await retag(aws, text(before, "keyPairId"), before, after);
  },
  async remove({ ec2 }, id) {
    await unlessGone(ec2.send(new DeleteKeyPairCommand({ KeyName: id })));
  },
};

async function instanceOf({ ec2 }: Aws, id: string): Promise<Instance | undefined> {
  const found = await unlessGone(ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })));
  const instance = found?.Reservations?.[0]?.Instances?.[0];
  return instance?.State?.Name === "terminated" ? undefined : instance;
}

function stateOf(instance: Instance): Properties {
  const [device] = instance.NetworkInterfaces ?? [];
  return {
    ami: instance.ImageId,
    instanceType: instance.InstanceType,
    keyName: instance.KeyName,
    subnetId: instance.SubnetId,
    vpcSecurityGroupIds: (device?.Groups ?? []).map(({ GroupId }) => GroupId),
    availabilityZone: instance.Placement?.AvailabilityZone,
    privateIp: instance.PrivateIpAddress,
    publicIp: instance.PublicIpAddress ?? "",
    ipv6Addresses: (device?.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
    instanceState: instance.State?.Name,
    tags: tagsFrom(instance.Tags),
  };
}

const instance: Kind = {
  replacedBy: [
    "ami",
    "keyName",
    "subnetId",
    "associatePublicIpAddress",
    "ipv6AddressCount",
    "iamInstanceProfile",
    "rootBlockDevice",
    "region",
  ],
  replacedNow: ({ userDataReplaceOnChange }) => (userDataReplaceOnChange === true ? ["userData"] : []),
  async create(aws, inputs) {
    const root = nested(inputs, "rootBlockDevice");
    const metadata = nested(inputs, "metadataOptions");
    const profile = optionalText(inputs, "iamInstanceProfile");
    const userData = optionalText(inputs, "userData");
    const disk = {
      DeviceName: "/dev/xvda",
      Ebs: {
        Encrypted: root.encrypted === true,
        VolumeType: "gp3" as const,
        VolumeSize: number(root, "volumeSize"),
        DeleteOnTermination: root.deleteOnTermination !== false,
      },
    };
    const tags = tagList(nested(root, "tags"));
    const run = new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      ImageId: text(inputs, "ami"),
      InstanceType: text(inputs, "instanceType") as _InstanceType,
      KeyName: optionalText(inputs, "keyName"),
      ...(userData !== undefined && { UserData: Buffer.from(userData).toString("base64") }),
      ...(profile !== undefined && { IamInstanceProfile: { Name: profile } }),
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: text(inputs, "subnetId"),
          Groups: texts(inputs, "vpcSecurityGroupIds"),
          AssociatePublicIpAddress: inputs.associatePublicIpAddress === true,
          Ipv6AddressCount: number(inputs, "ipv6AddressCount"),
        },
      ],
      BlockDeviceMappings: [disk],
      MetadataOptions: {
        HttpEndpoint: metadata.httpEndpoint === "disabled" ? "disabled" : "enabled",
        HttpTokens: metadata.httpTokens === "required" ? "required" : "optional",
        HttpPutResponseHopLimit: number(metadata, "httpPutResponseHopLimit"),
      },
      TagSpecifications: [
        ...tagSpecifications("instance", inputs),
        ...(tags.length === 0 ? [] : [{ ResourceType: "volume" as const, Tags: tags }]),
      ],
    });
    // What an instance profile may do takes a moment to be known everywhere.
    const { Instances } = await until(
      "the instance profile",
      async () => {
        try {
          return await aws.ec2.send(run);
        } catch (error) {
          if (error instanceof Error && error.message.includes("Invalid IAM Instance Profile")) return undefined;
          throw error;
        }
      },
      60,
    );
    return { id: Instances?.[0]?.InstanceId ?? "", state: {} };
  },
  finish: async (aws, id) => stateOf(await running(aws, id)),
  async read(aws, id) {
    const found = await instanceOf(aws, id);
    return found && stateOf(found);
  },
  async update(aws, id, before, after) {
    await retag(aws, id, before, after);
    const [oldGroups, groups] = [texts(before, "vpcSecurityGroupIds"), texts(after, "vpcSecurityGroupIds")];
    if (oldGroups.join() !== groups.join())
      await aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, Groups: groups }));
    if (JSON.stringify(before.metadataOptions) !== JSON.stringify(after.metadataOptions)) {
      const metadata = nested(after, "metadataOptions");
      await aws.ec2.send(
        new ModifyInstanceMetadataOptionsCommand({
          InstanceId: id,
          HttpTokens: metadata.httpTokens === "required" ? "required" : "optional",
          HttpPutResponseHopLimit: number(metadata, "httpPutResponseHopLimit"),
        }),
      );
    }
    if (before.instanceType !== after.instanceType) await resize(aws, id, text(after, "instanceType"));
  },
  async remove(aws, id) {
    const gone = await unlessGone(aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
    if (gone === undefined) return;
    await until(`instance ${id} to be terminated`, async () =>
      (await instanceOf(aws, id)) === undefined ? true : undefined,
    );
  },
};

async function running(aws: Aws, id: string): Promise<Instance> {
  return until(`instance ${id} to run`, async () => {
    const found = await instanceOf(aws, id);
    if (found?.State?.Name === "shutting-down")
      throw new Error(`instance ${id} ended at once: ${found.StateReason?.Message ?? ""}`);
    return found?.State?.Name === "running" ? found : undefined;
  });
}

/** Another size needs the machine off. */
async function resize(aws: Aws, id: string, size: string): Promise<void> {
  await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await until(`instance ${id} to stop`, async () =>
    (await instanceOf(aws, id))?.State?.Name === "stopped" ? true : undefined,
  );
  await aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: size } }));
  await aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await running(aws, id);
}

async function addressOf({ ec2 }: Aws, id: string) {
  const found = await unlessGone(ec2.send(new DescribeAddressesCommand({ AllocationIds: [id] })));
  return found?.Addresses?.[0];
}

const eip: Kind = {
  replacedBy: ["domain", "region"],
  async create(aws, inputs) {
    const made = await aws.ec2.send(
      new AllocateAddressCommand({ Domain: "vpc", TagSpecifications: tagSpecifications("elastic-ip", inputs) }),
    );
    const id = made.AllocationId ?? "";
    return { id, state: { publicIp: made.PublicIp, allocationId: id } };
  },
  async finish({ ec2 }, id, inputs) {
    const InstanceId = optionalText(inputs, "instance");
    if (InstanceId !== undefined) await ec2.send(new AssociateAddressCommand({ AllocationId: id, InstanceId }));
    return undefined;
  },
  async read(aws, id) {
    const found = await addressOf(aws, id);
    return (
      found && {
        instance: found.InstanceId ?? "",
        domain: "vpc",
        publicIp: found.PublicIp,
        allocationId: id,
        tags: tagsFrom(found.Tags),
      }
    );
  },
  async update(aws, id, before, after) {
    await retag(aws, id, before, after);
    const InstanceId = optionalText(after, "instance");
    if (InstanceId === optionalText(before, "instance")) return;
    if (InstanceId === undefined) await letGo(aws, id);
    else await aws.ec2.send(new AssociateAddressCommand({ AllocationId: id, InstanceId, AllowReassociation: true }));
  },
  async remove(aws, id) {
    await letGo(aws, id);
    await unlessGone(aws.ec2.send(new ReleaseAddressCommand({ AllocationId: id })));
  },
};

async function letGo(aws: Aws, id: string): Promise<void> {
  const found = await addressOf(aws, id);
  if (found?.AssociationId === undefined || found.AssociationId === "") return;
  await unlessGone(aws.ec2.send(new DisassociateAddressCommand({ AssociationId: found.AssociationId })));
}

const flowLog: Kind = {
  replacedBy: ["vpcId", "trafficType", "logDestination", "logDestinationType", "maxAggregationInterval", "region"],
  async create({ ec2 }, inputs) {
    const made = await ec2.send(
      new CreateFlowLogsCommand({
        ResourceIds: [text(inputs, "vpcId")],
        ResourceType: "VPC",
        TrafficType: "ALL",
        LogDestinationType: "s3",
        LogDestination: text(inputs, "logDestination"),
        MaxAggregationInterval: number(inputs, "maxAggregationInterval"),
        TagSpecifications: tagSpecifications("vpc-flow-log", inputs),
      }),
    );
    const [refused] = made.Unsuccessful ?? [];
    if (refused !== undefined) throw new Error(`${refused.Error?.Code ?? ""}: ${refused.Error?.Message ?? ""}`);
    return { id: made.FlowLogIds?.[0] ?? "", state: {} };
  },
  async read({ ec2 }, id) {
    const found = await unlessGone(ec2.send(new DescribeFlowLogsCommand({ FlowLogIds: [id] })));
    const one = found?.FlowLogs?.[0];
    return one && { vpcId: one.ResourceId, logDestination: one.LogDestination, tags: tagsFrom(one.Tags) };
  },
  update: retag,
  async remove({ ec2 }, id) {
    await unlessGone(ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [id] })));
  },
};

export const computeKinds: Readonly<Record<string, Kind>> = {
  "aws:ec2/keyPair:KeyPair": keyPair,
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/flowLog:FlowLog": flowLog,
};
