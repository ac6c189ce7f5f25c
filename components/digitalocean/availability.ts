import * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";

import { InvalidArgument } from "../errors";
import { lookup } from "./lookup";
import { findUnavailable, type Region, type Size, type WantedSize } from "./sizes";

/**
 * Asks the cloud whether the region exists and has the sizes. Resources that depend on the answer are not made when it
 * is no.
 * @param checked what has to be in order for anything to be asked
 * @returns the same, to be depended on
 */
export function availability(
  region: string,
  wanted: readonly WantedSize[],
  checked: readonly pulumi.Resource[],
  options: pulumi.InvokeOptions,
): pulumi.Output<pulumi.Input<pulumi.Resource>[]> {
  const asked = Promise.all([digitalocean.getSizes({}, options), digitalocean.getRegions({}, options)]);
  return lookup(asked, [...checked]).apply(([{ sizes }, { regions }]): pulumi.Input<pulumi.Resource>[] => {
    checkAvailability(region, wanted, regions, sizes);
    return [...checked];
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
