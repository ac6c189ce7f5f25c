import { openRegions } from "./regions";

/** What a droplet can be: its share of a machine and its price. */
export interface Size {
  readonly slug: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly vcpus: number;
  readonly diskGb: number;
  readonly transferTb: number;
  /** US dollars. */
  readonly monthly: number;
  readonly hourly: number;
  readonly regions: readonly string[];
}

/** The smallest size is not everywhere. */
const someRegions = ["ams3", "fra1", "nyc1", "sfo3", "sgp1", "syd1"];

function basic(
  slug: string,
  [memoryMb, vcpus, diskGb, transferTb]: readonly [number, number, number, number],
  monthly: number,
  hourly: number,
  regions: readonly string[] = openRegions,
): Size {
  return { slug, description: "Basic", memoryMb, vcpus, diskGb, transferTb, monthly, hourly, regions };
}

/**
 * The basic droplets with regular processors and their prices, from DigitalOcean's public price list
 * (www.digitalocean.com/pricing/droplets) as it has stood since 1 July 2022; the published API description still shows
 * the older ones in its examples.
 */
export const sizes: readonly Size[] = [
  basic("s-1vcpu-512mb-10gb", [512, 1, 10, 0.5], 4, 0.00595, someRegions),
  basic("s-1vcpu-1gb", [1024, 1, 25, 1], 6, 0.00893),
  basic("s-1vcpu-2gb", [2048, 1, 50, 2], 12, 0.01786),
  basic("s-2vcpu-2gb", [2048, 2, 60, 3], 18, 0.02679),
  basic("s-2vcpu-4gb", [4096, 2, 80, 4], 24, 0.03571),
  basic("s-4vcpu-8gb", [8192, 4, 160, 5], 48, 0.07143),
  basic("s-8vcpu-16gb", [16_384, 8, 320, 6], 96, 0.14286),
];

export function findSize(slug: string): Size | undefined {
  return sizes.find((size) => size.slug === slug);
}
