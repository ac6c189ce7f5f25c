export interface Region {
  readonly slug: string;
  readonly name: string;
  readonly available: boolean;
}

/** DigitalOcean's regions; the old ones take no new droplets. */
export const regions: readonly Region[] = [
  { slug: "nyc1", name: "New York 1", available: true },
  { slug: "sfo1", name: "San Francisco 1", available: false },
  { slug: "nyc2", name: "New York 2", available: true },
  { slug: "ams2", name: "Amsterdam 2", available: false },
  { slug: "sgp1", name: "Singapore 1", available: true },
  { slug: "lon1", name: "London 1", available: true },
  { slug: "nyc3", name: "New York 3", available: true },
  { slug: "ams3", name: "Amsterdam 3", available: true },
  { slug: "fra1", name: "Frankfurt 1", available: true },
  { slug: "tor1", name: "Toronto 1", available: true },
  { slug: "sfo2", name: "San Francisco 2", available: true },
  { slug: "blr1", name: "Bangalore 1", available: true },
  { slug: "sfo3", name: "San Francisco 3", available: true },
  { slug: "syd1", name: "Sydney 1", available: true },
];

export const openRegions: readonly string[] = regions.filter(({ available }) => available).map(({ slug }) => slug);

export function findRegion(slug: string): Region | undefined {
  return regions.find((region) => region.slug === slug);
}
