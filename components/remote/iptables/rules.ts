/** Firewall rules as data: what `iptables` does, without its command line. */

export type Family = "ipv4" | "ipv6";
export type Protocol = "tcp" | "udp" | "icmp" | "icmpv6";
export type State = "NEW" | "ESTABLISHED" | "RELATED" | "INVALID" | "UNTRACKED";
export type Table = "filter" | "nat" | "mangle" | "raw";

/** A port, or a range of them, such as `"8000-8010"`. */
export type Ports = number | `${number}-${number}`;

/** What becomes of a packet; `jump` sends it through another chain first. */
export type Action = "ACCEPT" | "DROP" | "REJECT" | "RETURN" | { readonly jump: string };

/**
 * One rule. A packet has to match all of what is given; what is left out matches everything.
 *
 * A rule goes to the family it fits: that of its addresses or of its ICMP, or else to both.
 * @example
 * { chain: "INPUT", protocol: "tcp", source: "203.0.113.7/32", destinationPorts: [22], action: "ACCEPT" }
 */
export interface FirewallRule {
  /** A built-in chain of the table, or one of your own, which exists by being named in a rule. */
  readonly chain: string;
  /** Default: `filter`. */
  readonly table?: Table;
  /** Default: what the rest of the rule asks for, or both. */
  readonly family?: Family;
  readonly protocol?: Protocol;
  /** An address or a range. */
  readonly source?: string;
  readonly destination?: string;
  /** Up to 15, with TCP or UDP; a range counts twice. */
  readonly sourcePorts?: readonly Ports[];
  readonly destinationPorts?: readonly Ports[];
  /** By name, such as `echo-request`, or by number, such as `8` or `3/4`. */
  readonly icmpType?: string;
  /** A trailing `+` stands for anything. */
  readonly inInterface?: string;
  readonly outInterface?: string;
  /** Any of these, as connection tracking sees it. */
  readonly state?: readonly State[];
  /** The numeric user whose process sends the packet: in OUTPUT and POSTROUTING only. */
  readonly uidOwner?: number;
  /** Why the rule is there. Kept in the kernel, and seen wherever rules are listed. */
  readonly comment?: string;
  readonly action: Action;
}

/** A whole firewall: on the machine there will be these rules, and no others. */
export interface Ruleset {
  /** What becomes of packets that no rule decides about. Default: `DROP`, in each of the three. */
  readonly policies?: Readonly<Partial<Record<"INPUT" | "FORWARD" | "OUTPUT", "ACCEPT" | "DROP">>>;
  /** In order, within each chain. */
  readonly rules: readonly FirewallRule[];
}

export const families: readonly Family[] = ["ipv4", "ipv6"];

/** Every table of a family with its built-in chains, so that what is not ours is removed from all of them. */
export const builtInChains = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
} as const;

export function isTable(name: string): name is keyof typeof builtInChains {
  return Object.hasOwn(builtInChains, name);
}

export function isBuiltIn(table: string, chain: string): boolean {
  return isTable(table) && (builtInChains[table] as readonly string[]).includes(chain);
}
