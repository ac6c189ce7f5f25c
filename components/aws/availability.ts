import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { InvalidArgument } from "../errors";
import { inDots } from "../problem";
import type { WantedSize } from "./sizes";

/** The zones to use, once it is known that the region has what was asked for. */
export interface Availability {
  readonly zones: pulumi.Output<readonly string[]>;
  /** Resources that depend on it are not made when the answer is no: the list is empty, and there only to be depended on. */
  readonly ready: pulumi.Output<pulumi.Input<pulumi.Resource>[]>;
}

/** Asks AWS whether the account has the region switched on, and which of its zones have the sizes. */
export function availability(
  region: string,
  wanted: readonly WantedSize[],
  options: pulumi.InvokeOutputOptions,
): Availability {
  const regions = aws.getRegionsOutput({}, options).names;
  const sizes = [...new Set(wanted.map(({ size }) => size))];
  const zones = regions
    .apply((names) => {
      checkRegion(region, names);
    })
    .apply(
      () => aws.getAvailabilityZonesOutput({ region, state: "available", filters: [ordinaryZones] }, options).names,
    );
  const offered = zones.apply(() =>
    aws.ec2.getInstanceTypeOfferingsOutput(
      { region, locationType: "availability-zone", filters: [{ name: "instance-type", values: sizes }] },
      options,
    ),
  );
  const chosen = pulumi
    .all([zones, offered.instanceTypes, offered.locations])
    .apply(([all, types, locations]) => chooseZones(region, wanted, all, pairs(types, locations)));
  const memories = chosen.apply(() =>
    pulumi.all(
      sizes.map((instanceType) => aws.ec2.getInstanceTypeOutput({ instanceType, region }, options).memorySize),
    ),
  );
  const ready = memories.apply((found): pulumi.Input<pulumi.Resource>[] => {
    checkMemory(wanted, Object.fromEntries(sizes.map((size, index) => [size, found[index] ?? 0])));
    return [];
  });
  return { zones: chosen, ready };
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
