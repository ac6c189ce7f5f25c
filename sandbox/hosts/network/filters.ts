import ipaddr from "ipaddr.js";

import type { FilterRule, MachineFilter } from "../hosts";

/**
 * The two chains that a machine's cloud firewall consists of. Whoever matches a rule returns to where the ways are
 * decided; whoever matches none is dropped without an answer.
 */
export function filterChains({ machineId, inbound, outbound }: MachineFilter): string[] {
  return [
    ...filterChain(`in-${machineId}`, inbound, "saddr"),
    // What a reserved address was called by counts, not where it leads.
    ...filterChain(`out-${machineId}`, outbound, "original"),
  ];
}

function filterChain(name: string, rules: readonly FilterRule[], side: "saddr" | "original"): string[] {
  const lines = rules.flatMap((rule) => rulesOf(rule, side));
  return [`  chain ${name} {`, ...[...lines, "drop"].map((line) => `    ${line}`), "  }"];
}

function rulesOf({ protocol, ports, peers }: FilterRule, side: "saddr" | "original"): string[] {
  return ([4, 6] as const).flatMap((version) => {
    const from = peersOf(peers, version);
    if (from.length === 0) return [];
    return [`${peerMatch(from, version, side)} ${what(protocol, ports, version)} return`];
  });
}

function peerMatch(peers: readonly string[], version: 4 | 6, side: "saddr" | "original"): string {
  if (peers.some((peer) => peer.endsWith("/0"))) return `meta nfproto ipv${version}`;
  const family = version === 4 ? "ip" : "ip6";
  const field = side === "saddr" ? `${family} saddr` : `ct original ${family} daddr`;
  return `${field} { ${peers.join(", ")} }`;
}

function what(protocol: FilterRule["protocol"], ports: string | undefined, version: 4 | 6): string {
  if (protocol === "icmp") return version === 4 ? "meta l4proto icmp" : "meta l4proto icmpv6";
  return ports === undefined || ports === "all" || ports === "0"
    ? `meta l4proto ${protocol}`
    : `${protocol} dport ${ports}`;
}

/** The peers of one family, in canonical form and sorted, without those that another one holds: nft refuses overlaps. */
function peersOf(peers: readonly string[], version: 4 | 6): string[] {
  const ranges = peers
    .map(parse)
    .filter(([address]) => address.kind() === `ipv${version}`)
    .sort((a, b) => a[1] - b[1]);
  const kept: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  for (const range of ranges) {
    if (!kept.some((wider) => range[0].match(wider))) kept.push(range);
  }
  return kept.map(textOf).sort();
}

function parse(peer: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (peer.includes("/")) return ipaddr.parseCIDR(peer);
  const address = ipaddr.parse(peer);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

function textOf([address, prefix]: [ipaddr.IPv4 | ipaddr.IPv6, number]): string {
  const cidr = `${address.toString()}/${prefix}`;
  const network =
    address.kind() === "ipv4" ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return `${network.toString()}/${prefix}`;
}
