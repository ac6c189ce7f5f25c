/** What is paid for beside droplets, whose prices are with their sizes. US dollars. */
export interface OtherPrices {
  readonly source: string;
  /** Of which day they are. */
  readonly date: string;
  /** A gibibyte of a volume, and of a snapshot, for a month. */
  readonly volumeGb: number;
  readonly snapshotGb: number;
  /** A reserved IPv4 address that leads to no droplet, for a month. One that does costs nothing. */
  readonly unassignedReservedIp: number;
  /** What a plan of backups adds to its droplet's price. */
  readonly backupShare: Readonly<Record<BackupPlan, number>>;
  /** An hour of what has a monthly price costs that price divided by so many; a month never costs more. */
  readonly paidHours: number;
  /** What a droplet costs at least, however short it was there. */
  readonly leastOfDroplet: number;
}

export type BackupPlan = "daily" | "weekly";

/**
 * DigitalOcean's, from its documentation: «Backups Pricing» (the Basic plans; 9 March 2026), «Snapshots Pricing», «Volumes
 * Pricing», «Reserved IPs: Pricing», and «Droplet Pricing» for the hours and the cent. Its API has none of them.
 */
export const digitalOceanPrices: OtherPrices = {
  source: "DigitalOcean's documentation (docs.digitalocean.com)",
  date: "2026-03-09",
  volumeGb: 0.1,
  snapshotGb: 0.06,
  unassignedReservedIp: 5,
  backupShare: { weekly: 0.2, daily: 0.3 },
  paidHours: 672,
  leastOfDroplet: 0.01,
};

/**
 * What no estimate holds. The price of traffic is that of DigitalOcean's documentation («Bandwidth Billing»). On which day it was read is not
 * recorded, so nothing is counted with it.
 */
export const notIncluded: readonly string[] = [
  "outgoing traffic beyond what the droplets include ($0.01 a GiB)",
  "taxes",
  "the domain's registration",
  "snapshots that are made by hand, and everything else in the account",
];
