import type { Machine } from "../programs/check";
import { type EstimateLine, rounded, UnknownPrice } from "./estimate-lines";
import type { BackupPlan, OtherPrices } from "./estimate-prices";
import type { Offers } from "./request/offers";
import type { ProjectRequest } from "./request/schema";

/** Something at DigitalOcean, as far as it costs anything. */
export type DigitalOceanBillable =
  | { readonly kind: "droplet"; readonly name: string; readonly size: string; readonly backups?: BackupPlan }
  | { readonly kind: "reserved-ip"; readonly name: string; readonly assigned: boolean }
  | { readonly kind: "volume" | "snapshot"; readonly name: string; readonly sizeGb: number }
  | { readonly kind: "free"; readonly name: string; readonly what: string };

export function digitalOceanBillables(
  request: ProjectRequest,
  machines: readonly Machine[],
): readonly DigitalOceanBillable[] {
  return [
    ...machines.map(({ part, size }) => ({ kind: "droplet" as const, name: part, size })),
    { kind: "reserved-ip", name: "bastion", assigned: true },
    { kind: "free", name: "network", what: "private network, its firewalls and tags" },
    { kind: "free", name: "dns", what: `zone of ${request.domain} with ${request.software.length * 2} records` },
    { kind: "free", name: "key", what: "the deployment's SSH key" },
  ];
}

/** @throws UnknownPrice */
export function digitalOceanLines(
  billable: DigitalOceanBillable,
  offers: Offers,
  others: OtherPrices,
): readonly EstimateLine[] {
  const { name } = billable;
  const byMonth = (what: string, monthly: number): EstimateLine => ({
    name,
    what,
    monthly: rounded(monthly, 2),
    hourly: monthly / others.paidHours,
  });
  switch (billable.kind) {
    case "droplet": {
      const size = offers.sizes.find(({ slug }) => slug === billable.size);
      if (!size) throw new UnknownPrice(billable.size, offers.source);
      const { monthly, hourly } = size;
      const droplet = { name, what: `droplet ${size.slug}`, monthly, hourly, least: others.leastOfDroplet };
      if (billable.backups === undefined) return [droplet];
      const share = others.backupShare[billable.backups];
      return [droplet, byMonth(`${billable.backups} backups (${share * 100}% of the droplet)`, monthly * share)];
    }
    case "reserved-ip":
      return billable.assigned
        ? [byMonth("reserved IP (free while it leads to a droplet)", 0)]
        : [byMonth("reserved IP that leads to no droplet", others.unassignedReservedIp)];
    case "volume":
      return [byMonth(`volume of ${billable.sizeGb} GiB`, billable.sizeGb * others.volumeGb)];
    case "snapshot":
      return [byMonth(`snapshot of ${billable.sizeGb} GiB`, billable.sizeGb * others.snapshotGb)];
    case "free":
      return [byMonth(billable.what, 0)];
  }
}
