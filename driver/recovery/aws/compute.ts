import { pages } from "./cloud";
import { type AwsKind, hasTags, type Phase, tagged, tagsOf, text, there } from "./kind";

const instancePhases: Readonly<Record<string, Phase>> = {
  pending: "coming",
  "shutting-down": "going",
  terminated: "gone",
};

/** AWS shows a machine that was terminated for an hour. */
const instance = tagged({ "subnet-id": "subnetId" }, async (aws, { Filters, ids }) => {
  const found = await pages((NextToken) =>
    aws.ec2("DescribeInstances", (ec2, sending) =>
      ec2.describeInstances({ Filters, InstanceIds: ids, NextToken }, sending),
    ),
  );
  return found
    .flatMap(({ Reservations = [] }) => Reservations)
    .flatMap(({ Instances = [] }) => Instances)
    .map(({ InstanceId, Tags, State }) => ({
      id: InstanceId,
      tags: Tags,
      phase: instancePhases[State?.Name ?? ""] ?? "there",
    }));
});

/** One that leads nowhere yet is led to its machine by the next `up`. */
const eip = tagged({}, async (aws, { Filters, ids }) => {
  const found = await aws.ec2("DescribeAddresses", (ec2, sending) =>
    ec2.describeAddresses({ Filters, AllocationIds: ids }, sending),
  );
  return (found?.Addresses ?? []).map(({ AllocationId, Tags }) => ({ id: AllocationId, tags: Tags }));
});

const flowLog = tagged({ "resource-id": "vpcId" }, async (aws, { Filters: Filter, ids }) => {
  const found = await pages((NextToken) =>
    aws.ec2("DescribeFlowLogs", (ec2, sending) =>
      ec2.describeFlowLogs({ Filter, FlowLogIds: ids, NextToken }, sending),
    ),
  );
  return found.flatMap(({ FlowLogs = [] }) => FlowLogs.map(({ FlowLogId, Tags }) => ({ id: FlowLogId, tags: Tags })));
});

/** Its name is its id, and there is one of a name in a region: whose it is, is told by tags and key. */
const keyPair: AwsKind = {
  async made(aws, inputs) {
    const name = text(inputs, "keyName");
    const [tags, key] = [tagsOf(inputs), text(inputs, "publicKey")];
    if (name === undefined || (tags === undefined && key === undefined)) return undefined;
    const asked = { KeyNames: [name], IncludePublicKey: true };
    const found = await aws.ec2("DescribeKeyPairs", (ec2, sending) => ec2.describeKeyPairs(asked, sending));
    const one = found?.KeyPairs?.[0];
    if (one === undefined) return [];
    if (tags === undefined && one.PublicKey === undefined) return undefined;
    const isSame = one.PublicKey === undefined || key === undefined || sameKey(one.PublicKey, key);
    return isSame && hasTags(tags ?? {}, one.Tags) ? there(one.KeyName) : [];
  },
  async left(aws, id) {
    const found = await aws.ec2("DescribeKeyPairs", (ec2, sending) =>
      ec2.describeKeyPairs({ KeyNames: [id] }, sending),
    );
    return there(found?.KeyPairs?.[0]?.KeyName)[0];
  },
};

/** AWS writes its own comment behind it. */
function sameKey(one: string, other: string): boolean {
  const [a, b] = [one, other].map((key) => key.trim().split(/\s+/).slice(0, 2).join(" "));
  return a === b;
}

export const computeKinds: Readonly<Record<string, AwsKind>> = {
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/flowLog:FlowLog": flowLog,
  "aws:ec2/keyPair:KeyPair": keyPair,
};
