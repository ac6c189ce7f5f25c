import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { InvalidArgument } from "../errors";
import { inDots } from "../problem";
import { inOneSentence } from "./in-one-sentence";
import { NoAnswer } from "./no-answer";
import type { WantedSize } from "./sizes";

/** The zones to use, once it is known that the region has what was asked for. */
export interface Availability {
  readonly zones: pulumi.Output<readonly string[]>;
  /** Resources that depend on it are not made when the answer is no: the list is empty, and there only to be depended on. */
  readonly ready: pulumi.Output<pulumi.Input<pulumi.Resource>[]>;
}

/**
 * Asks AWS whether the account has the region switched on, and which of its zones have the sizes. When the answer is no, or
 * none, everything that waits for it fails with one and the same {@link InvalidArgument} or {@link NoAnswer}, which is told once.
 */
export function availability(
  region: string,
  wanted: readonly WantedSize[],
  options: pulumi.InvokeOptions,
): Availability {
  const asked = findZones(region, wanted, options).catch((error: unknown) => {
    throw inOneSentence(error instanceof InvalidArgument ? error : new NoAnswer(region, error));
  });
  const zones: pulumi.Output<readonly string[]> = pulumi.output(asked);
  return { zones, ready: zones.apply((): pulumi.Input<pulumi.Resource>[] => []) };
}

async function findZones(
  region: string,
  wanted: readonly WantedSize[],
  options: pulumi.InvokeOptions,
): Promise<readonly string[]> {
  const sizes = [...new Set(wanted.map(({ size }) => size))];
  checkRegion(region, (await aws.getRegions({}, options)).names);
  const [zones, offered] = await Promise.all([
    aws.getAvailabilityZones({ region, state: "available", filters: [ordinaryZones] }, options),
    aws.ec2.getInstanceTypeOfferings(
      { region, locationType: "availability-zone", filters: [{ name: "instance-type", values: sizes }] },
      options,
    ),
  ]);
  const chosen = chooseZones(region, wanted, zones.names, pairs(offered.instanceTypes, offered.locations));
  const memories = await Promise.all(
    sizes.map(async (instanceType) => {
      const { memorySize } = await aws.ec2.getInstanceType({ instanceType, region }, options);
      return [instanceType, memorySize] as const;
    }),
  );
  checkMemory(wanted, Object.fromEntries(memories));
  return chosen;
}

/** Local Zones and Wavelength Zones are zones of a region as well, and have other machines and prices. */
const ordinaryZones = { name: "zone-type", values: ["availability-zone"] };

export interface Offering {
  readonly size: string;
  readonly zone: string;
}

function pairs(types: readonly string[], locations: readonly string[]): Offering[] {
  return types.map((size, index) => ({ size, zone: locations[index] ?? "" }));
}

/** @throws InvalidArgument when the account does not have the region */
export function checkRegion(region: string, names: readonly string[]): void {
  if (names.includes(region)) return;
  throw new InvalidArgument(
    "region",
    region,
    `has to be one that the AWS account has switched on: ${[...names].sort().join(", ")}`,
  );
}

/**
 * Two zones, those first in which every size can be had. Machines are made in the first alone.
 * @throws InvalidArgument when no zone has all sizes, or there is only one zone
 */
export function chooseZones(
  region: string,
  wanted: readonly WantedSize[],
  zones: readonly string[],
  offerings: readonly Offering[],
): readonly string[] {
  for (const { path, size } of wanted) {
    if (!offerings.some((one) => one.size === size))
      throw new InvalidArgument(
        inDots(path),
        size,
        `has to be an EC2 instance type that region ${region} has, such as t3.micro`,
      );
  }
  const has = (zone: string): boolean =>
    wanted.every(({ size }) => offerings.some((one) => one.size === size && one.zone === zone));
  const sorted = [...zones].sort();
  const fitting = sorted.filter(has);
  if (fitting.length === 0) {
    const sizes = [...new Set(wanted.map(({ size }) => size))].join(", ");
    throw new InvalidArgument("region", region, `has to have one zone with all of ${sizes}`);
  }
  if (sorted.length < 2) throw new InvalidArgument("region", region, "has to have two availability zones");
  return [...fitting, ...sorted.filter((zone) => !fitting.includes(zone))].slice(0, 2);
}

/** @throws InvalidArgument when a size has less memory than its software needs (both in MiB) */
export function checkMemory(wanted: readonly WantedSize[], memories: Readonly<Record<string, number>>): void {
  for (const { path, size, memoryMb } of wanted) {
    const memory = memories[size] ?? 0;
    if (memory < memoryMb) {
      throw new InvalidArgument(inDots(path), size, `has to have at least ${memoryMb} MB of memory; it has ${memory}`);
    }
  }
}
