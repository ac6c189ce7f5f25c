import ipaddr from "ipaddr.js";

import type { MachineSpec, SandboxRanges } from "../hosts";

/**
 * Who has which address and name in the sandbox with a given index. Pure, so that everything that a sandbox ever made
 * can be found again from its index alone.
 *
 * Public addresses are documentation ranges (RFC 5737, RFC 3849), 32 to a sandbox. 192.0.2.0/24 is left alone: machines
 * in a laboratory tend to have their own address in it.
 */
export interface Layout {
  readonly index: number;
  readonly ranges: SandboxRanges;
  /** Namespace with all links, filters and address translation. */
  readonly router: string;
  /** The deploying machine's end of its link to the router. */
  readonly hostLink: string;
  /** The machines' gateway, and the resolver of machines and visitor. */
  readonly gateway: { readonly ipv4: string; readonly ipv6: string };
}

/** How many sandboxes can be on one machine: 203.0.113.0/24 in parts of 32 addresses. */
export const sandboxCount = 8;

/** The metadata service, as every machine of the cloud finds it. */
export const metadataAddress = "169.254.169.254";

/**
 * Second addresses of public interfaces: where a reserved address leads. The cloud keeps this range to itself, so private
 * networks can't have it.
 */
export const anchorRange = "10.17.0.0/16";

/** The gateway in {@link anchorRange}, for machines that want to speak from their reserved address. */
export const anchorGateway = "10.17.0.1";

/** The link-local network between router and `slirp4netns`: no private network and no machine can have it. */
export const outside = { link: "outside", range: "169.254.2.0/24", resolver: "169.254.2.3" } as const;

/** Names of the router's links to the deploying machine and to the visitor. */
export const hostPort = "host";
export const visitorPort = "visitor";

/** The link-local address that every machine's IPv6 default route leads to. */
export const linkLocalGateway = "fe80::1";

/**
 * @param index 0 to 7
 * @example
 * layoutOf(3).ranges.public // ["203.0.113.96/27"]
 */
export function layoutOf(index: number): Layout {
  const start = index * 32;
  const prefix = namespacePrefix(index);
  return {
    index,
    router: `${prefix}router`,
    hostLink: `d4m-${index}`,
    gateway: { ipv4: `203.0.113.${start + 1}`, ipv6: `2001:db8:${index}:1::1` },
    ranges: {
      // The first four of a range are the network's own: its name, the gateway, the deployer and the visitor.
      public: [`203.0.113.${start}/27`],
      reserved: [`198.51.100.${start}/27`],
      ipv6: [`2001:db8:${index}:1::/64`],
      reservedIpv6: [`2001:db8:${index}:3::/64`],
      deployer: { ipv4: `203.0.113.${start + 2}` },
      visitor: { ipv4: `203.0.113.${start + 3}`, ipv6: `2001:db8:${index}:2::3`, namespace: `${prefix}visitor` },
    },
  };
}

/** What the names of all namespaces of a sandbox start with, and nothing else's. */
export function namespacePrefix(index: number): string {
  return `d4m-${index}-`;
}

/** The namespace that a machine boots in. */
export function machineNamespace(layout: Layout, machineId: number): string {
  return `${namespacePrefix(layout.index)}${machineId}`;
}

/** One of a machine's interfaces, seen from the router. */
export interface Port {
  /** The router's end. */
  readonly name: string;
  /** The machine's end. */
  readonly inside: "eth0" | "eth1";
  /** Of the machine's end. */
  readonly mac: string;
  /** All addresses that the machine has there. */
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export interface MachinePorts {
  readonly public?: Port;
  readonly private: Port;
}

export function portsOf(layout: Layout, { id, public: own, private: { ipv4 } }: MachineSpec): MachinePorts {
  const inner: Port = { name: `prv${id}`, inside: "eth1", mac: macOf(layout, id, 2), ipv4: [ipv4], ipv6: [] };
  if (own === undefined) return { private: inner };
  const outer: Port = {
    name: `pub${id}`,
    inside: "eth0",
    mac: macOf(layout, id, 1),
    ipv4: [own.ipv4, anchorOf(own.ipv4)],
    ipv6: own.ipv6 === undefined ? [] : [own.ipv6],
  };
  return { public: outer, private: inner };
}

/** The address in {@link anchorRange} that goes with a public address. */
export function anchorOf(ipv4: string): string {
  const [, , , last = 0] = ipaddr.IPv4.parse(ipv4).toByteArray();
  return `10.17.0.${last}`;
}

/** The first address of a range: its gateway. */
export function gatewayOf(range: string): string {
  const network = ipaddr.IPv4.networkAddressFromCIDR(range).toByteArray();
  return ipaddr.fromByteArray(network.map((byte, at) => (at === 3 ? byte + 1 : byte))).toString();
}

export function prefixOf(range: string): number {
  return ipaddr.parseCIDR(range)[1];
}

export function netmaskOf(range: string): string {
  return ipaddr.IPv4.subnetMaskFromPrefixLength(prefixOf(range)).toString();
}

export function overlap(a: string, b: string): boolean {
  const [addressA, prefixA] = ipaddr.parseCIDR(a);
  const [addressB, prefixB] = ipaddr.parseCIDR(b);
  if (addressA.kind() !== addressB.kind()) return false;
  const shorter = Math.min(prefixA, prefixB);
  return inside(addressA, addressB, shorter);
}

function inside(a: ipaddr.IPv4 | ipaddr.IPv6, b: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): boolean {
  const bitsOf = (address: ipaddr.IPv4 | ipaddr.IPv6) =>
    address
      .toByteArray()
      .map((byte) => byte.toString(2).padStart(8, "0"))
      .join("")
      .slice(0, prefix);
  return bitsOf(a) === bitsOf(b);
}

/** Locally administered, the same at every boot, so that a machine knows its interfaces by it. */
function macOf({ index }: Layout, id: number, interfaceNumber: 1 | 2): string {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(id % 2 ** 32);
  return ["02", `${index}${interfaceNumber}`, ...(number.toString("hex").match(/../g) ?? [])].join(":");
}
