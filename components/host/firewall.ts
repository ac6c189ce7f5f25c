import type { FirewallRule, Ruleset } from "../remote/iptables/rules";
import { egressPort, innerRanges } from "./egress-proxy";

/** Where a cloud answers a machine's questions about itself; user data, which it shows, holds the machine's host key. */
export const metadataAddress = "169.254.169.254";
export const timePort = 123;
export const dnsPort = 53;
export const sshPort = 22;
const webPorts = [80, 443];

export interface BastionFirewall {
  /** From where administrators come. */
  readonly adminAccess: readonly string[];
  readonly networkRange: string;
  /** The bastion's own private address. */
  readonly privateAddress: string;
  /** The servers' software, which the reverse proxy asks. */
  readonly upstreams: readonly { readonly address: string; readonly port: number }[];
}

/**
 * What the bastion lets in and out; everything else is dropped, in both directions and both families.
 *
 * In: visitors on 80 and 443, administrators on 22, and from the private network the three services it is there for.
 * Out: the web (package sources, certificates, what the egress proxy was asked for), DNS, time, and into the private
 * network SSH and the software's own ports.
 * @example
 * renderRuleset(bastionRuleset({ adminAccess: ["203.0.113.7/32"], … })).ipv4
 */
export function bastionRuleset({ adminAccess, networkRange, privateAddress, upstreams }: BastionFirewall): Ruleset {
  const inside = { source: networkRange, destination: privateAddress, state: ["NEW"] } satisfies Partial<FirewallRule>;
  return {
    rules: [
      ...always(),
      ...tcp("INPUT", { destinationPorts: webPorts, comment: "visitors" }),
      ...adminAccess.flatMap((source) =>
        tcp("INPUT", { source, destinationPorts: [sshPort], comment: "administrators" }),
      ),
      {
        ...inside,
        chain: "INPUT",
        protocol: "tcp",
        destinationPorts: [egressPort],
        action: "ACCEPT",
        comment: "egress proxy",
      },
      { ...inside, chain: "INPUT", protocol: "tcp", destinationPorts: [dnsPort], action: "ACCEPT", comment: "DNS" },
      { ...inside, chain: "INPUT", protocol: "udp", destinationPorts: [dnsPort], action: "ACCEPT", comment: "DNS" },
      { ...inside, chain: "INPUT", protocol: "udp", destinationPorts: [timePort], action: "ACCEPT", comment: "time" },

      ...metadataForRootOnly(),
      ...tcp("OUTPUT", { destination: networkRange, destinationPorts: [sshPort], comment: "SSH jump" }),
      ...upstreams.flatMap(({ address, port }) =>
        tcp("OUTPUT", { destination: address, destinationPorts: [port], comment: "reverse proxy" }),
      ),
      ...(["tcp", "udp"] as const).map((protocol): FirewallRule => ({
        chain: "OUTPUT",
        protocol,
        destinationPorts: [dnsPort],
        state: ["NEW"],
        action: "ACCEPT",
        comment: "DNS",
      })),
      {
        chain: "OUTPUT",
        protocol: "udp",
        destinationPorts: [timePort],
        state: ["NEW"],
        action: "ACCEPT",
        comment: "time",
      },
      ...innerDestinations.map((destination): FirewallRule => ({
        chain: "OUTPUT",
        destination,
        action: "DROP",
        comment: "nothing further inside",
      })),
      ...tcp("OUTPUT", { destinationPorts: webPorts, comment: "web" }),
    ],
  };
}

export interface ServerFirewall {
  readonly networkRange: string;
  /** The bastion's private address. */
  readonly bastionAddress: string;
  /** Where the software answers. */
  readonly softwarePort: number;
}

/**
 * What a server lets in and out; everything else is dropped, in both directions and both families.
 *
 * In: the bastion's reverse proxy on the software's port, and SSH from the private network. Out: to the private network's
 * egress proxy, DNS and time. Both name the network and not the bastion, because a bastion that was replaced has another
 * address, and the way to it must stand before these rules can be told. It opens nothing between servers: none may go to
 * another's SSH, and none answers on the three ports.
 */
export function serverRuleset({ networkRange, bastionAddress, softwarePort }: ServerFirewall): Ruleset {
  const bastion = { destination: networkRange, state: ["NEW"] } satisfies Partial<FirewallRule>;
  return {
    rules: [
      ...always(),
      ...tcp("INPUT", { source: networkRange, destinationPorts: [sshPort], comment: "SSH by way of the bastion" }),
      ...tcp("INPUT", { source: bastionAddress, destinationPorts: [softwarePort], comment: "reverse proxy" }),

      ...metadataForRootOnly(),
      {
        ...bastion,
        chain: "OUTPUT",
        protocol: "tcp",
        destinationPorts: [egressPort],
        action: "ACCEPT",
        comment: "egress proxy",
      },
      { ...bastion, chain: "OUTPUT", protocol: "tcp", destinationPorts: [dnsPort], action: "ACCEPT", comment: "DNS" },
      { ...bastion, chain: "OUTPUT", protocol: "udp", destinationPorts: [dnsPort], action: "ACCEPT", comment: "DNS" },
      { ...bastion, chain: "OUTPUT", protocol: "udp", destinationPorts: [timePort], action: "ACCEPT", comment: "time" },
    ],
  };
}

/** Ranges of {@link innerRanges} that iptables can tell by destination; multicast stays out by the default. */
const innerDestinations = innerRanges.filter((range) => !["0.0.0.0/8", "127.0.0.0/8", "::1/128"].includes(range));

/**
 * What every machine needs: itself, answers to what it asked, and the ICMP without which IPv6 finds no neighbour and no
 * connection learns the size of its path. The rest of ICMP comes as RELATED.
 */
function always(): FirewallRule[] {
  const neighbours = ["neighbour-solicitation", "neighbour-advertisement"];
  const icmpv6 = (chain: string, icmpType: string): FirewallRule => ({
    chain,
    family: "ipv6",
    protocol: "icmpv6",
    icmpType,
    action: "ACCEPT",
    comment: "IPv6 itself",
  });
  return [
    { chain: "INPUT", inInterface: "lo", action: "ACCEPT", comment: "this machine" },
    { chain: "INPUT", state: ["ESTABLISHED", "RELATED"], action: "ACCEPT", comment: "answers" },
    ...[...neighbours, "router-advertisement", "packet-too-big"].map((type) => icmpv6("INPUT", type)),
    { chain: "OUTPUT", outInterface: "lo", action: "ACCEPT", comment: "this machine" },
    { chain: "OUTPUT", state: ["ESTABLISHED", "RELATED"], action: "ACCEPT", comment: "answers" },
    ...[...neighbours, "router-solicitation", "packet-too-big"].map((type) => icmpv6("OUTPUT", type)),
  ];
}

function metadataForRootOnly(): FirewallRule[] {
  const rule = { chain: "OUTPUT", destination: metadataAddress, comment: "metadata for root only" };
  return [
    { ...rule, protocol: "tcp", destinationPorts: [80], uidOwner: 0, state: ["NEW"], action: "ACCEPT" },
    { ...rule, action: "DROP" },
  ];
}

function tcp(chain: string, rule: Partial<FirewallRule>): FirewallRule[] {
  return [{ chain, protocol: "tcp", state: ["NEW"], action: "ACCEPT", ...rule }];
}
