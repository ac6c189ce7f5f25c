/**
 * What is paid for beside droplets, in US dollars a month, from DigitalOcean's public price lists
 * (www.digitalocean.com/pricing) as they have stood since 1 July 2022; droplets' own prices are with their sizes.
 */
export const monthlyPrices = {
  /** A gibibyte of a volume. */
  volumeGb: 0.1,
  /** A gibibyte of a snapshot, of a droplet or of a volume. Those that a backup plan makes are paid for with the plan. */
  snapshotGb: 0.06,
  /** A reserved IPv4 address that leads to no droplet. IPv6 costs nothing, nor does what leads to one. */
  unassignedReservedIp: 5,
} as const;

/** What a plan of backups adds to its droplet's price. */
export const backupShare = { weekly: 0.2, daily: 0.3 } as const;

/** A month has as many paid hours at most: that is why an hour costs a month's price divided by them. */
export const paidHours = 672;

/** Since 1 January 2026, droplets are paid for by the second, but never with less than this: seconds, and US dollars. */
export const leastOfDroplet = { seconds: 60, amount: 0.01 } as const;
