import { isIPv6 } from "node:net";

import type { MachineSpec, PrivateNetwork, ReservedAddress } from "../hosts";
import {
  gatewayOf,
  hostPort,
  linkLocalGateway,
  machineNamespace,
  metadataAddress,
  portsOf,
  visitorPort,
} from "./addresses";
import type { Layout, Port } from "./addresses";

/** Lines for `ip -batch`. */

/**
 * The kernel's settings in the router. They are defaults for links made later, so they have to be made first. Proxy ARP
 * lets every machine find its neighbours, though each is alone on its link; who may send what is the filter's business.
 */
export const routerSettings = [
  "net.ipv4.ip_forward=1",
  "net.ipv6.conf.all.forwarding=1",
  "net.ipv6.conf.default.forwarding=1",
  "net.ipv6.conf.default.accept_dad=0",
  ...["all", "default"].flatMap((scope) => [
    `net.ipv4.conf.${scope}.rp_filter=0`,
    `net.ipv4.conf.${scope}.send_redirects=0`,
  ]),
  "net.ipv4.conf.default.proxy_arp=1",
] as const;

/** The router itself, once its namespace is there. Ranges lead nowhere until a machine has an address in them. */
export function routerLinks({ gateway, ranges, hostLink, router }: Layout): { host: string[]; router: string[] } {
  const { deployer, visitor } = ranges;
  return {
    router: [
      "link set lo up",
      `address add ${gateway.ipv4}/32 dev lo`,
      `address add ${metadataAddress}/32 dev lo`,
      `address add ${gateway.ipv6}/128 dev lo`,
      ...[...ranges.public, ...ranges.reserved].map((range) => `route add blackhole ${range}`),
      ...[...ranges.ipv6, ...ranges.reservedIpv6].map((range) => `route add blackhole ${range}`),
      `link add ${visitorPort} type veth peer name eth0 netns ${visitor.namespace}`,
      `link set ${visitorPort} up`,
      `address add ${linkLocalGateway}/64 dev ${visitorPort} nodad`,
      ...quickProxy(visitorPort),
      `route add ${visitor.ipv4}/32 dev ${visitorPort}`,
      `route add ${visitor.ipv6}/128 dev ${visitorPort}`,
      `link set ${hostPort} up`,
      ...quickProxy(hostPort),
      `route add ${deployer.ipv4}/32 dev ${hostPort}`,
    ],
    // No forwarding, no rule and no default route: this machine only learns where two ranges are.
    host: [
      `link add ${hostLink} type veth peer name ${hostPort} netns ${router}`,
      `link set ${hostLink} addrgenmode none`,
      `link set ${hostLink} up`,
      `address add ${deployer.ipv4}/32 dev ${hostLink}`,
      ...[...ranges.public, ...ranges.reserved].map(
        (range) => `route add ${range} via ${gateway.ipv4} dev ${hostLink} onlink src ${deployer.ipv4}`,
      ),
    ],
  };
}

export function visitorLinks({ gateway, ranges: { visitor } }: Layout): string[] {
  return [
    "link set lo up",
    "link set eth0 up",
    `address add ${visitor.ipv4}/32 dev eth0`,
    `address add ${visitor.ipv6}/128 dev eth0 nodad`,
    `route add default via ${gateway.ipv4} dev eth0 onlink`,
    `route add ::/0 via ${linkLocalGateway} dev eth0`,
  ];
}

/**
 * A machine's links. Its ends stay down: the guest raises them itself. Where its addresses are is known from the start,
 * so whoever knocks while it boots meets silence, as at a machine and not as at a router that searches for it.
 */
export function portLinks(layout: Layout, machine: MachineSpec): string[] {
  const { public: outer, private: inner } = portsOf(layout, machine);
  const namespace = machineNamespace(layout, machine.id);
  return [outer, inner].flatMap((port) => (port === undefined ? [] : portLink(port, namespace)));
}

function portLink({ name, inside, mac, ipv4, ipv6 }: Port, namespace: string): string[] {
  return [
    `link add ${name} type veth peer name ${inside} address ${mac} netns ${namespace}`,
    `link set ${name} up`,
    ...quickProxy(name),
    ...(ipv6.length === 0 ? [] : [`address add ${linkLocalGateway}/64 dev ${name} nodad`]),
    ...ipv4.flatMap((address) => [
      `neighbour replace ${address} lladdr ${mac} dev ${name} nud permanent`,
      `route replace ${address}/32 dev ${name}`,
    ]),
    ...ipv6.flatMap((address) => [
      `neighbour replace ${address} lladdr ${mac} dev ${name} nud permanent`,
      `route replace ${address}/128 dev ${name}`,
    ]),
  ];
}

/** Where reserved IPv6 addresses lead now. One whose machine has no interfaces leads nowhere, as one without a machine. */
export function reservedRoutes(
  layout: Layout,
  machines: readonly MachineSpec[],
  reserved: readonly ReservedAddress[],
): string[] {
  return reserved
    .filter(({ address }) => isIPv6(address))
    .map(({ address, machineId }) => {
      const machine = machines.find(({ id }) => id === machineId);
      const port = machine === undefined ? undefined : portsOf(layout, machine).public;
      const own = port?.ipv6[0];
      if (port === undefined || own === undefined) return `route replace blackhole ${address}/128`;
      return `route replace ${address}/128 via ${own} dev ${port.name} onlink`;
    });
}

/** The kernel lets proxied answers wait for up to 0.8 s, which every first packet would. */
function quickProxy(port: string): string[] {
  return [`ntable change name arp_cache dev ${port} proxy_delay 0`];
}

/** What has to be done so that the router has these private networks, and no others. */
export function networkChanges(before: readonly PrivateNetwork[], after: readonly PrivateNetwork[]): string[] {
  const key = ({ id, range }: PrivateNetwork) => `${id} ${range}`;
  const missingIn = (list: readonly PrivateNetwork[]) => {
    const keys = new Set(list.map(key));
    return (network: PrivateNetwork) => !keys.has(key(network));
  };
  const lines = (verb: "add" | "del") => (network: PrivateNetwork) => [
    `address ${verb} ${gatewayOf(network.range)}/32 dev lo`,
    `route ${verb} blackhole ${network.range}`,
  ];
  return [
    ...before.filter(missingIn(after)).flatMap(lines("del")),
    ...after.filter(missingIn(before)).flatMap(lines("add")),
  ];
}
