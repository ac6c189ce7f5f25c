import { egressPort } from "../host/egress-proxy";
import { dnsPort, sshPort, timePort } from "../host/firewall";

/** One rule of a security group. What no rule admits is refused, in both directions; answers pass by themselves. */
export interface SecurityRule {
  /** Tells it from the group's others: part of its resource's name. */
  readonly key: string;
  readonly direction: "ingress" | "egress";
  readonly protocol: "tcp" | "udp" | "icmp" | "icmpv6";
  /** The port; for ICMP the type. */
  readonly from: number;
  /** The last port; for ICMP the code. Default: as `from`. */
  readonly to?: number;
  /** An address range, or another group of the deployment. */
  readonly peer: { readonly range: string } | { readonly group: "bastion" | "server" };
}

export interface SecurityRulesArgs {
  readonly adminAccess: readonly string[];
  /** The ports on which software answers the bastion. */
  readonly softwarePorts: readonly number[];
}

const everywhere = { ipv4: "0.0.0.0/0", ipv6: "::/0" } as const;

/** What may reach the bastion from outside and from the servers, and where it may go. */
export function bastionRules({ adminAccess, softwarePorts }: SecurityRulesArgs): SecurityRule[] {
  return [
    ...anywhere("ingress", "http", "tcp", 80),
    ...anywhere("ingress", "https", "tcp", 443),
    ...adminAccess.map((range) => rule("ingress", `ssh-${range}`, "tcp", sshPort, { range })),
    ...bastionServices.map(([key, protocol, port]) => rule("ingress", key, protocol, port, { group: "server" })),
    // Otherwise large packets vanish where a network on the way takes only smaller ones (EC2 user guide, «Path MTU Discovery»).
    rule("ingress", "too-big", "icmp", 3, { range: everywhere.ipv4 }, 4),
    rule("ingress", "too-big-ipv6", "icmpv6", 2, { range: everywhere.ipv6 }, 0),
    ...anywhere("egress", "http", "tcp", 80),
    ...anywhere("egress", "https", "tcp", 443),
    ...anywhere("egress", "dns-tcp", "tcp", dnsPort),
    ...anywhere("egress", "dns", "udp", dnsPort),
    ...anywhere("egress", "time", "udp", timePort),
    rule("egress", "ssh", "tcp", sshPort, { group: "server" }),
    ...distinct(softwarePorts).map((port) => rule("egress", `software-${port}`, "tcp", port, { group: "server" })),
  ];
}

/**
 * What may reach a server and where it may go: the bastion, both ways. To the backups' bucket leads a gateway endpoint,
 * which is a range of its own.
 */
export function serverRules({ softwarePorts }: SecurityRulesArgs): SecurityRule[] {
  return [
    rule("ingress", "ssh", "tcp", sshPort, { group: "bastion" }),
    ...distinct(softwarePorts).map((port) => rule("ingress", `software-${port}`, "tcp", port, { group: "bastion" })),
    ...bastionServices.map(([key, protocol, port]) => rule("egress", key, protocol, port, { group: "bastion" })),
  ];
}

/** What the bastion does for servers. */
const bastionServices = [
  ["egress-proxy", "tcp", egressPort],
  ["server-dns-tcp", "tcp", dnsPort],
  ["server-dns", "udp", dnsPort],
  ["server-time", "udp", timePort],
] as const;

function anywhere(direction: SecurityRule["direction"], key: string, protocol: "tcp" | "udp", port: number) {
  return [
    rule(direction, key, protocol, port, { range: everywhere.ipv4 }),
    rule(direction, `${key}-ipv6`, protocol, port, { range: everywhere.ipv6 }),
  ];
}

function rule(
  direction: SecurityRule["direction"],
  key: string,
  protocol: SecurityRule["protocol"],
  from: number,
  peer: SecurityRule["peer"],
  to?: number,
): SecurityRule {
  return { key, direction, protocol, from, peer, ...(to !== undefined && { to }) };
}

function distinct(ports: readonly number[]): number[] {
  return [...new Set(ports)].sort((a, b) => a - b);
}
