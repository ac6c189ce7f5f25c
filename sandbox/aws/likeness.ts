import type { FilterRule, MachineFilter, PrivateNetwork, ReservedAddress, Zone, ZoneRecord } from "../hosts/hosts";
import type { InstanceFound, Inventory, RuleFound } from "./inventory";

/** Which machine an instance is. */
export type MachineOf = (instanceId: string) => number | undefined;

/** The networks that machines are in; an empty one needs none here. */
export function networksOf({ vpcs, instances }: Inventory): PrivateNetwork[] {
  const used = [...new Set(instances.map(({ vpcId }) => vpcId))];
  return used.flatMap((id) => {
    const range = vpcs.get(id);
    return range === undefined ? [] : [{ id, range }];
  });
}

/** What an instance's groups admit together. A group that is named stands for the private addresses of those in it. */
export function filtersOf({ instances, groups }: Inventory, machineOf: MachineOf): MachineFilter[] {
  const members = new Map<string, string[]>();
  for (const { groups: of, privateAddress } of instances)
    for (const group of of) members.set(group, [...(members.get(group) ?? []), privateAddress]);
  return instances.flatMap((instance) => {
    const machineId = machineOf(instance.id);
    if (machineId === undefined) return [];
    const rules = (side: "inbound" | "outbound"): FilterRule[] =>
      instance.groups.flatMap((group) =>
        (groups.get(group)?.[side] ?? []).flatMap((rule) => filterRules(rule, members)),
      );
    return [{ machineId, inbound: rules("inbound"), outbound: rules("outbound") }];
  });
}

function filterRules(rule: RuleFound, members: ReadonlyMap<string, readonly string[]>): FilterRule[] {
  const peers = [...rule.ranges, ...rule.groups.flatMap((group) => members.get(group) ?? [])];
  if (peers.length === 0) return [];
  switch (rule.protocol) {
    case "tcp":
    case "udp":
      return [{ protocol: rule.protocol, ports: portsOf(rule), peers }];
    case "icmp":
    case "icmpv6":
    case "1":
    case "58":
      // By type, EC2 filters; here it is ICMP or none.
      return [{ protocol: "icmp", peers }];
    case "-1":
      return [
        { protocol: "tcp", ports: "all", peers },
        { protocol: "udp", ports: "all", peers },
        { protocol: "icmp", peers },
      ];
    default:
      return [];
  }
}

function portsOf({ from, to }: RuleFound): string {
  if (from === undefined || (from <= 0 && (to ?? 65535) >= 65535)) return "all";
  return to === undefined || to === from ? String(from) : `${from}-${to}`;
}

export function addressesOf({ addresses }: Inventory, machineOf: MachineOf): ReservedAddress[] {
  return addresses.map(({ address, instanceId }) => {
    const machineId = instanceId === undefined ? undefined : machineOf(instanceId);
    return { address, ...(machineId !== undefined && { machineId }) };
  });
}

const known = new Set<string>(["A", "AAAA", "CNAME", "TXT", "NS", "CAA"]);

export function zonesOf({ zones }: Inventory): Zone[] {
  return zones.map(({ name: zone, records }) => ({
    name: zone,
    records: records
      .filter(({ type, name }) => known.has(type) && !(type === "NS" && name === zone))
      .flatMap(({ name, type, ttl, values }) =>
        values.map((data): ZoneRecord => ({ type: type as ZoneRecord["type"], name: relative(name, zone), data, ttl })),
      ),
  }));
}

function relative(name: string, zone: string): string {
  if (name === zone) return "@";
  // Route 53 writes an asterisk in octal.
  return name.slice(0, -zone.length - 1).replace("\\052", "*");
}

/** A host name: what is not a letter, a digit or a hyphen becomes one. */
export function hostnameOf({ name }: InstanceFound): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 63) || "instance"
  );
}
