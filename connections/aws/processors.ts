import { type EC2Client, paginateDescribeInstances, paginateDescribeInstanceTypes } from "@aws-sdk/client-ec2";

/**
 * The families whose virtual processors the quota «Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances» counts, by the letters before
 * the generation; of storage-optimized ones with Graviton processors (`im4gn`, `is4gen`) too. Not `inf`, `hpc`, `dl`, `mac`, `trn`: each has a
 * quota of its own (EC2 user guide, «Amazon EC2 instance type quotas»).
 */
const standardFamilies: ReadonlySet<string> = new Set(["a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"]);

/** @example isStandard("t3.micro") // true */
export function isStandard(type: string): boolean {
  const [letters = ""] = /^[a-z]+(?=\d)/.exec(type) ?? [];
  return standardFamilies.has(letters);
}

/** One for each instance that the quota counts: those that run or start, on demand, on no dedicated host. Not what a capacity reservation keeps free. */
export async function runningStandardTypes(client: EC2Client, signal: AbortSignal): Promise<string[]> {
  const Filters = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
  const types: string[] = [];
  for await (const { Reservations = [] } of paginateDescribeInstances({ client }, { Filters }, { abortSignal: signal }))
    for (const { InstanceType = "", InstanceLifecycle, Placement } of Reservations.flatMap(
      (one) => one.Instances ?? [],
    ))
      if (InstanceLifecycle === undefined && Placement?.Tenancy !== "host" && isStandard(InstanceType))
        types.push(InstanceType);
  return types;
}

/** So many values one filter takes (EC2 API reference, «Filter»). */
const longestFilter = 200;

/** How many virtual processors a machine of each type has. A type that the region does not have is left out. */
export async function processorsOf(
  client: EC2Client,
  types: Iterable<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const different = [...new Set(types)];
  for (let from = 0; from < different.length; from += longestFilter) {
    const Filters = [{ Name: "instance-type", Values: different.slice(from, from + longestFilter) }];
    const pages = paginateDescribeInstanceTypes({ client }, { Filters }, { abortSignal: signal });
    for await (const { InstanceTypes = [] } of pages)
      for (const { InstanceType, VCpuInfo } of InstanceTypes)
        if (InstanceType !== undefined && Number.isSafeInteger(VCpuInfo?.DefaultVCpus))
          found.set(InstanceType, VCpuInfo?.DefaultVCpus ?? 0);
  }
  return found;
}
