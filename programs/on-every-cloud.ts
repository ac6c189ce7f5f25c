import { namedSizes as onAws } from "../components/aws/sizes";
import { namedSizes as onDigitalOcean } from "../components/digitalocean/sizes";
import { isSizeName, memoryOf, type SizeName, sizeNames } from "../components/sizes";
import type { DeploymentRequest } from "./deployment";

export const clouds = ["digitalocean", "aws"] as const;
export type Cloud = (typeof clouds)[number];

export { isSizeName, memoryOf, type SizeName, sizeNames };

/** A place in which every cloud has a region, and what the clouds call theirs. */
export interface Place extends Readonly<Record<Cloud, string>> {
  readonly title: string;
}

/** A request that names one of them, and sizes by {@link sizeNames}, changes its cloud by one line. */
export const places: Readonly<Record<string, Place>> = {
  frankfurt: { title: "Frankfurt", digitalocean: "fra1", aws: "eu-central-1" },
  london: { title: "London", digitalocean: "lon1", aws: "eu-west-2" },
  singapore: { title: "Singapore", digitalocean: "sgp1", aws: "ap-southeast-1" },
  "us-east": { title: "East of the United States", digitalocean: "nyc3", aws: "us-east-1" },
};

const namedSizes: Readonly<Record<Cloud, Readonly<Record<SizeName, string>>>> = {
  digitalocean: onDigitalOcean,
  aws: onAws,
};

/** The cloud's own name of a region that may be named by its place. */
export function regionOn(cloud: Cloud, region: string): string {
  return Object.hasOwn(places, region) ? (places[region]?.[cloud] ?? region) : region;
}

/** The cloud's own name of a size that may be named as on every cloud. */
export function sizeOn(cloud: Cloud, size: string): string {
  return isSizeName(size) ? namedSizes[cloud][size] : size;
}

/** The cloud that a request is for. Default: DigitalOcean. */
export function cloudOf({ cloud = "digitalocean" }: Pick<DeploymentRequest, "cloud">): Cloud {
  return cloud;
}

/** The same request in its cloud's own names. */
export function inOwnNames<Request extends DeploymentRequest>(request: Request): Request {
  const cloud = cloudOf(request);
  const { region, bastionSize, software } = request;
  return {
    ...request,
    region: regionOn(cloud, region),
    ...(bastionSize === undefined ? {} : { bastionSize: sizeOn(cloud, bastionSize) }),
    software: software.map((one) => (one.size === undefined ? one : { ...one, size: sizeOn(cloud, one.size) })),
  };
}
