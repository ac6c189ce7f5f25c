import { awsDiskGb, type Machine } from "../programs/check";
import { type EstimateLine, rounded, UnknownPrice } from "./estimate-lines";
import type { AwsPrices, RegionPrices } from "./request/aws-prices";
import { type Offers, priceOf } from "./request/offers";
import type { ProjectRequest } from "./request/schema";

/** Something at AWS, as far as it costs anything. */
export type AwsBillable = { readonly name: string; readonly region: string } & (
  | { readonly kind: "instance"; readonly size: string }
  | { readonly kind: "disk" | "ebs-snapshot"; readonly sizeGb: number }
  | { readonly kind: "public-ipv4" }
  | { readonly kind: "zone"; readonly domain: string; readonly records: number }
  | { readonly kind: "bucket"; readonly what: string; readonly sizeGb: number }
  | { readonly kind: "free-at-aws"; readonly what: string }
);

const kinds: readonly AwsBillable["kind"][] = [
  "instance",
  "disk",
  "ebs-snapshot",
  "public-ipv4",
  "zone",
  "bucket",
  "free-at-aws",
];

export function isAwsBillable(billable: { readonly kind: string }): billable is AwsBillable {
  return (kinds as readonly string[]).includes(billable.kind);
}

export function awsBillables(
  { region, domain, software, flowLogs = false }: ProjectRequest,
  machines: readonly Machine[],
): readonly AwsBillable[] {
  const free = (name: string, what: string): AwsBillable => ({ kind: "free-at-aws", name, region, what });
  return [
    ...machines.flatMap(({ part, size }): AwsBillable[] => [
      { kind: "instance", name: part, region, size },
      { kind: "disk", name: part, region, sizeGb: awsDiskGb },
    ]),
    { kind: "public-ipv4", name: "bastion", region },
    { kind: "zone", name: "dns", region, domain, records: software.length * 2 },
    { kind: "bucket", name: "backups", region, what: "backups", sizeGb: 0 },
    ...(flowLogs
      ? [{ kind: "bucket" as const, name: "flows", region, what: "the record of connections", sizeGb: 0 }]
      : []),
    free("network", "VPC, subnets, routes, security groups and the way to the buckets (no NAT gateway)"),
    free("key", "the deployment's SSH key, and the servers' role"),
  ];
}

/** @throws UnknownPrice */
export function awsLines(billable: AwsBillable, offers: Offers, prices: AwsPrices): readonly EstimateLine[] {
  const { name, region } = billable;
  const { hoursOfMonth } = prices;
  const byHour = (what: string, hourly: number): EstimateLine => ({
    name,
    what,
    monthly: rounded(hourly * hoursOfMonth, 2),
    hourly,
    charged: "hours",
  });
  const byMonth = (what: string, monthly: number, charged: "hours" | "month" = "hours"): EstimateLine => ({
    name,
    what,
    monthly: rounded(monthly, 2),
    hourly: monthly / hoursOfMonth,
    charged,
  });
  switch (billable.kind) {
    case "instance": {
      const size = offers.sizes.find(({ slug }) => slug === billable.size);
      const price = size && priceOf(size, region);
      if (!price) throw new UnknownPrice(billable.size, offers.source, region);
      return [byHour(`instance ${billable.size}`, price.hourly)];
    }
    case "disk":
      return [byMonth(`gp3 volume of ${billable.sizeGb} GiB`, billable.sizeGb * here(prices, region).gp3Gb)];
    case "ebs-snapshot":
      return [byMonth(`snapshot of ${billable.sizeGb} GiB`, billable.sizeGb * here(prices, region).snapshotGb)];
    case "public-ipv4":
      return [byHour("public IPv4 address", prices.publicIpv4Hour)];
    case "zone": {
      const what = `zone of ${billable.domain} with ${billable.records} records`;
      return [byMonth(what, prices.zoneMonth, "month")];
    }
    case "bucket": {
      const { bucketGb } = here(prices, region);
      return [byMonth(`bucket for ${billable.what} ($${bucketGb} a GB of what is in it)`, billable.sizeGb * bucketGb)];
    }
    case "free-at-aws":
      return [byMonth(billable.what, 0)];
  }
}

function here({ regions, source }: AwsPrices, region: string): RegionPrices {
  const prices = Object.hasOwn(regions, region) ? regions[region] : undefined;
  if (!prices) throw new UnknownPrice("gp3", source, region);
  return prices;
}

/**
 * What no estimate holds. The prices in it are those of AWS's pricing pages (EC2 on-demand: data transfer, T3 unlimited; S3; Route 53). On which day
 * they were read is not recorded, so nothing is counted with them.
 */
export const notIncludedAtAws: readonly string[] = [
  "outgoing traffic beyond 100 GB a month ($0.09 a GB, and more in some regions)",
  "what machines compute beyond their baseline all day long ($0.05 a processor and hour)",
  "requests to buckets and questions to name servers ($0.40 a million)",
  "taxes",
  "the domain's registration",
  "snapshots that are made by hand, and everything else in the account",
];
