import type { Guid } from "@microsoft/kiota-abstractions";

/** What one step leaves for the next ones. */
export interface Made {
  key: number;
  vpc: Guid;
  droplets: number[];
  snapshot: number;
  volume: Guid;
  volumeSnapshot: string;
  reservedIp: string;
  reservedIpv6: string;
  firewall: Guid;
  project: Guid;
}
