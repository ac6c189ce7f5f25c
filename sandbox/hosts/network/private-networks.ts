import ipaddr from "ipaddr.js";

import type { PrivateNetwork } from "../hosts";
import { anchorRange, overlap } from "./addresses";
import type { Layout } from "./addresses";
import { NetworkRangeRefused } from "./errors";

/**
 * Sees that every network's range can be routed beside the others.
 * @throws NetworkRangeRefused
 */
export function checkRanges(networks: readonly PrivateNetwork[], { ranges }: Layout): void {
  const taken = [
    { range: anchorRange, what: "the cloud's anchor addresses are in it" },
    { range: "169.254.0.0/16", what: "it is link-local" },
    ...[...ranges.public, ...ranges.reserved].map((range) => ({
      range,
      what: "the cloud's public addresses are in it",
    })),
  ];
  for (const { id, range } of networks) {
    if (!ipaddr.IPv4.isValidCIDR(range))
      throw new NetworkRangeRefused(id, range, "it is no IPv4 range in CIDR notation");
    const clash = taken.find((other) => overlap(other.range, range));
    if (clash !== undefined) throw new NetworkRangeRefused(id, range, clash.what);
    taken.push({ range, what: `it overlaps the range of the network ${id}` });
  }
}
