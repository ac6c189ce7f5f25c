import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { InvalidArgument } from "../errors";
import { findUnavailable, type Region, type Size, type WantedSize } from "./sizes";

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
  const [problem] = findUnavailable(region, wanted, regions, sizes);
  if (problem) throw InvalidArgument.from(problem);
}
