import { isIPv4, isIPv6 } from "node:net";

import type { InstanceMetadata, MachineFilter, MachineSpec, PrivateNetwork, ReservedAddress } from "../hosts";
import {
  anchorOf,
  anchorRange,
  gatewayOf,
  hostPort,
  metadataAddress,
  outside,
  portsOf,
  visitorPort,
} from "./addresses";
import type { Layout, MachinePorts } from "./addresses";
import { filterChains } from "./filters";

/** What the rules follow from. */
export interface RoomState {
  readonly layout: Layout;
  /** Ranges of other sandboxes on this machine. */
  readonly foreign: readonly string[];
  readonly networks: readonly PrivateNetwork[];
  /** Machines that have interfaces now. */
  readonly machines: readonly MachineSpec[];
  readonly filters: readonly MachineFilter[];
  readonly reserved: readonly ReservedAddress[];
  /** Default: none. */
  readonly instances?: readonly InstanceMetadata[];
}

/** A machine with what the rules need to know of it. */
interface Attached {
  readonly machine: MachineSpec;
  readonly ports: MachinePorts;
}

/**
 * All rules of a sandbox's router, as one transaction for `nft -f`: there is no moment without rules, nor with half of
 * them. Every machine has links of its own to the router and nothing passes beside it: this kernel may know no
 * connection tracking on bridges, so nothing is bridged.
 */
export function ruleset(state: RoomState): string {
  const attached = [...state.machines]
    .sort((a, b) => a.id - b.id)
    .map((machine): Attached => ({ machine, ports: portsOf(state.layout, machine) }));
  const filtered = state.filters
    .filter(({ machineId }) => attached.some(({ machine }) => machine.id === machineId))
    .sort((a, b) => a.machineId - b.machineId);
  const publicPorts = attached.flatMap(({ ports }) => (ports.public === undefined ? [] : [ports.public.name]));
  const verdicts = verdictsOf(attached, filtered);
  const body = [
    ...definitions(state, attached, publicPorts),
    ...chain("senders", "type filter hook prerouting priority raw; policy drop;", senders),
    ...chain("destinations", "type nat hook prerouting priority dstnat; policy accept;", destinations(state)),
    ...chain("input", "type filter hook input priority filter; policy drop;", [
      ...tracked,
      neighbours,
      `iifname @machines ip daddr ${metadataAddress} tcp dport 80 accept`,
      ...verdicts.outbound,
      ...toRouter(state, attached),
    ]),
    ...chain("forward", "type filter hook forward priority filter; policy drop;", [
      ...tracked,
      ...anchors(state),
      ...verdicts.outbound,
      ...verdicts.inbound,
      ...ways(state, attached),
    ]),
    ...hops(state, attached),
    ...chain("sources", "type nat hook postrouting priority srcnat; policy accept;", sources(state)),
    ...filtered.flatMap(filterChains),
  ];
  return ["table inet room", "delete table inet room", "table inet room {", ...body, "}", ""].join("\n");
}

/** Answers to what was let through pass, in both directions; so do the errors that belong to it. */
const tracked = ["ct state vmap { established : accept, related : accept, invalid : drop }"];

/** Neighbour discovery always passes; the hop limit proves that no router is between. */
const neighbours = "ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept";

/** Whoever sends from a machine's port does so from that machine's own addresses. */
const senders = [
  `iifname { "lo", "${hostPort}", "${visitorPort}", "${outside.link}" } accept`,
  "iifname . ether saddr . ip saddr @senders4 accept",
  "iifname . ether saddr . ip6 saddr @senders6 accept",
  neighbours,
];

function definitions({ reserved }: RoomState, attached: readonly Attached[], publicPorts: readonly string[]): string[] {
  const ports = attached.flatMap(({ ports }) => [...(ports.public === undefined ? [] : [ports.public]), ports.private]);
  const names = ports.map(({ name }) => `"${name}"`);
  const senders4 = ports.flatMap(({ name, mac, ipv4 }) => ipv4.map((address) => `"${name}" . ${mac} . ${address}`));
  const senders6 = [
    ...ports.flatMap(({ name, mac, ipv6 }) => ipv6.map((address) => `"${name}" . ${mac} . ${address}`)),
    ...reserved.flatMap(({ address, machineId }) => {
      const port = attached.find(({ machine }) => machine.id === machineId)?.ports.public;
      return isIPv6(address) && port !== undefined ? [`"${port.name}" . ${port.mac} . ${address}`] : [];
    }),
  ];
  return [
    ...set("machines", "ifname", names),
    ...set(
      "public",
      "ifname",
      publicPorts.map((name) => `"${name}"`),
    ),
    ...set("senders4", "ifname . ether_addr . ipv4_addr", senders4),
    ...set("senders6", "ifname . ether_addr . ipv6_addr", senders6),
  ];
}

/** Which ways there are at all. What is not named here meets the policy. */
function ways(state: RoomState, attached: readonly Attached[]): string[] {
  const foreign =
    state.foreign.length === 0 ? [] : [`oifname "${outside.link}" ip daddr { ${state.foreign.join(", ")} } drop`];
  return [
    ...foreign,
    `iifname @public oifname { "${outside.link}", "${visitorPort}" } accept`,
    `iifname { "${hostPort}", "${visitorPort}" } oifname @public accept`,
    "iifname @public oifname @public accept",
    ...membersOf(state, attached).map(({ ports }) => `iifname ${ports} oifname ${ports} accept`),
  ];
}

/** What the router itself answers: names and pings. */
function toRouter(state: RoomState, attached: readonly Attached[]): string[] {
  const { gateway } = state.layout;
  return [`iifname @public`, `iifname { "${hostPort}", "${visitorPort}" }`]
    .flatMap((from) => [
      `${from} ip daddr ${gateway.ipv4} meta l4proto { tcp, udp } th dport 53 accept`,
      `${from} icmp type echo-request accept`,
      `${from} icmpv6 type echo-request accept`,
    ])
    .concat(
      membersOf(state, attached).map(
        ({ ports, range }) => `iifname ${ports} ip daddr ${gatewayOf(range)} icmp type echo-request accept`,
      ),
    );
}

/** The private ports of each network that has any. */
function membersOf(state: RoomState, attached: readonly Attached[]): { ports: string; range: string }[] {
  return state.networks.flatMap(({ id, range }) => {
    const names = attached
      .filter(({ machine }) => machine.private.networkId === id)
      .map(({ ports }) => `"${ports.private.name}"`);
    return names.length === 0 ? [] : [{ ports: `{ ${names.join(", ")} }`, range }];
  });
}

/** A reserved IPv4 address whose machine has interfaces now. IPv6 ones are routed, not translated. */
function assigned({ machines, reserved }: RoomState): { reserved: string; own: string; anchor: string }[] {
  return reserved.flatMap(({ address, machineId }) => {
    if (!isIPv4(address)) return [];
    const ipv4 = machines.find(({ id }) => id === machineId)?.public?.ipv4;
    return ipv4 === undefined ? [] : [{ reserved: address, own: ipv4, anchor: anchorOf(ipv4) }];
  });
}

function destinations(state: RoomState): string[] {
  const leads = assigned(state).map(({ reserved, anchor }) => `${reserved} : ${anchor}`);
  return leads.length === 0 ? [] : [`dnat ip to ip daddr map { ${leads.join(", ")} }`];
}

/** Anchors are met only behind their reserved address, and speak only with one. */
function anchors(state: RoomState): string[] {
  const speaking = assigned(state).map(({ anchor }) => anchor);
  const unless = speaking.length === 0 ? "" : ` ip saddr != { ${speaking.join(", ")} }`;
  return [`ct original ip daddr ${anchorRange} drop`, `ip saddr ${anchorRange}${unless} drop`];
}

/**
 * Sources are rewritten on the way out to the world, for a machine that speaks from its anchor, and for one that calls
 * its own reserved address: it would not accept an answer from itself. Everybody else is seen as who they are.
 */
function sources(state: RoomState): string[] {
  return [
    `oifname "${outside.link}" masquerade`,
    ...assigned(state).flatMap(({ reserved, own, anchor }) => [
      `ip saddr ${own} ip daddr ${anchor} snat ip to ${reserved}`,
      `ip saddr ${anchor} snat ip to ${reserved}`,
    ]),
  ];
}

/** How far the metadata service's answers go: what a machine forwards them to is a hop further. */
function hops({ instances = [] }: RoomState, attached: readonly Attached[]): string[] {
  const limits = instances.flatMap(({ machineId, tokensRequired, hopLimit }) =>
    attached
      .filter(({ machine }) => tokensRequired && machine.id === machineId)
      .flatMap(({ ports }) => [ports.public, ports.private])
      .flatMap((port) =>
        port === undefined ? [] : [`oifname "${port.name}" ip saddr ${metadataAddress} ip ttl set ${hopLimit}`],
      ),
  );
  if (limits.length === 0) return [];
  return chain("hops", "type filter hook output priority mangle; policy accept;", limits);
}

/** Both interfaces of a filtered machine go through its chains. */
function verdictsOf(
  attached: readonly Attached[],
  filtered: readonly MachineFilter[],
): { inbound: string[]; outbound: string[] } {
  const entries = (direction: "in" | "out") =>
    filtered.flatMap(({ machineId }) =>
      attached
        .filter(({ machine }) => machine.id === machineId)
        .flatMap(({ ports }) => [ports.public, ports.private])
        .flatMap((port) => (port === undefined ? [] : [`"${port.name}" : jump ${direction}-${machineId}`])),
    );
  const vmap = (key: string, elements: string[]) =>
    elements.length === 0 ? [] : [`${key} vmap { ${elements.join(", ")} }`];
  return { inbound: vmap("oifname", entries("in")), outbound: vmap("iifname", entries("out")) };
}

function set(name: string, type: string, elements: readonly string[]): string[] {
  const content = elements.length === 0 ? [] : [`    elements = { ${elements.join(", ")} }`];
  return [`  set ${name} {`, `    type ${type}`, ...content, "  }"];
}

function chain(name: string, hook: string, rules: readonly string[]): string[] {
  return [`  chain ${name} {`, `    ${hook}`, ...rules.map((rule) => `    ${rule}`), "  }"];
}
