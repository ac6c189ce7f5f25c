import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { InvalidArgument } from "../errors";

/** A size a request asks for: where in the request, and the memory it has to have. */
export interface WantedSize {
  readonly argument: string;
  readonly size: string;
  readonly memoryMb: number;
}

export interface Size {
  readonly slug: string;
  readonly memory: number;
  readonly available: boolean;
  readonly regions: readonly string[];
}

export interface Region {
  readonly slug: string;
  readonly available: boolean;
}

/**
 * Asks the cloud whether the region exists and has the sizes. Resources that depend on the answer are not made when it
 * is no: the returned list is empty, and is there only to be depended on.
 */
export function availability(
  region: string,
  wanted: readonly WantedSize[],
  options: pulumi.InvokeOutputOptions,
): pulumi.Output<pulumi.Input<pulumi.Resource>[]> {
  const sizes = digitalocean.getSizesOutput({}, options);
  const regions = digitalocean.getRegionsOutput({}, options);
  return pulumi
    .all([sizes.sizes, regions.regions])
    .apply(([knownSizes, knownRegions]): pulumi.Input<pulumi.Resource>[] => {
      checkAvailability(region, wanted, knownRegions, knownSizes);
      return [];
    });
}

/** @throws InvalidArgument when the region is none, or one of the sizes can't be had there or is too small */
export function checkAvailability(
  region: string,
  wanted: readonly WantedSize[],
  regions: readonly Region[],
  sizes: readonly Size[],
): void {
  const open = regions.filter(({ available }) => available).map(({ slug }) => slug);
  if (!open.includes(region)) throw new InvalidArgument("region", region, `has to be one of ${open.sort().join(", ")}`);
  for (const { argument, size, memoryMb } of wanted) {
    const here = sizes.filter(({ available, regions: at }) => available && at.includes(region));
    const fitting = here.filter(({ memory }) => memory >= memoryMb).map(({ slug }) => slug);
    const choice = fitting.slice(0, 5).join(", ");
    const found = here.find(({ slug }) => slug === size);
    if (!found) {
      throw new InvalidArgument(argument, size, `has to be a size that region ${region} has, such as ${choice}`);
    }
    if (found.memory < memoryMb) {
      throw new InvalidArgument(argument, size, `has to have at least ${memoryMb} MB of memory, such as ${choice}`);
    }
  }
}
