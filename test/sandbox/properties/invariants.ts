import { isDeepStrictEqual } from "node:util";

import { parseRange } from "../../../sandbox/digitalocean/addresses";
import { roomView } from "../../../sandbox/digitalocean/room";
import type { CloudState } from "../../../sandbox/digitalocean/state";
import { fileStore } from "../../../sandbox/digitalocean/store";
import type { RecordedHosts } from "../digitalocean/recorded-hosts";

/** What holds at any time, whatever is in progress. @returns what does not, in words */
export function always(state: Readonly<CloudState>, hosts: RecordedHosts, directory: string): string[] {
  return [
    ...leaks(state, hosts),
    ...addresses(state, hosts),
    ...dangling(state),
    ...locks(state),
    ...kept(state, directory),
  ];
}

/** What holds when nothing is in progress. */
export function atRest(state: Readonly<CloudState>, hosts: RecordedHosts, mayBeStuck: boolean): string[] {
  const missing = state.droplets
    .filter(({ id, made }) => made && !hosts.machines.has(id))
    .map(({ id }) => `droplet ${id} has no machine`);
  const unmade = state.droplets
    .filter(({ made }) => !made && !mayBeStuck)
    .map(({ id }) => `droplet ${id} was never made, and is there`);
  const open = state.actions
    .filter(({ status }) => status === "in-progress")
    .map(({ id, type }) => `action ${id} (${type}) is in progress, and nobody works on it`);
  return [...missing, ...unmade, ...open, ...(mayBeStuck ? [] : disks(state, hosts))];
}

/** The room as the state says: holds when no refusal is left behind. */
export function roomAgrees(state: Readonly<CloudState>, hosts: RecordedHosts): string[] {
  const view = roomView(state);
  const pairs = [
    ["networks", hosts.networks, view.networks],
    ["filters", hosts.filters, view.filters],
    ["reserved addresses", hosts.reserved, view.reserved],
    ["zones", hosts.zones, view.zones],
  ] as const;
  return pairs
    .filter(([, has, should]) => !isDeepStrictEqual(has, should))
    .map(([what, has, should]) => `the room's ${what} are ${JSON.stringify(has)} instead of ${JSON.stringify(should)}`);
}

/** Nothing is in the room that nobody knows of: not a machine, not a disk. */
function leaks(state: Readonly<CloudState>, { machines, volumes, snapshots }: RecordedHosts): string[] {
  const unknown = <Id>(has: Iterable<Id>, known: readonly Id[]): Id[] => [...has].filter((id) => !known.includes(id));
  const ids = <Id>(all: readonly { readonly id: Id }[]): Id[] => all.map(({ id }) => id);
  return [
    ...unknown(machines.keys(), ids(state.droplets)).map((id) => `machine ${id} belongs to no droplet`),
    ...unknown(volumes.keys(), ids(state.volumes)).map((id) => `the room's volume ${id} is nobody's`),
    ...unknown(snapshots.keys(), ids(state.snapshots)).map((id) => `the room's snapshot ${id} is nobody's`),
  ];
}

/** What the room has on its disks is what the state says, and volumes are where it says. */
function disks(state: Readonly<CloudState>, { volumes, snapshots }: RecordedHosts): string[] {
  const attached = state.volumes.filter(({ id, dropletId }) => volumes.get(id)?.attached?.machineId !== dropletId);
  return [
    ...state.volumes.filter(({ id }) => !volumes.has(id)).map(({ id }) => `the volume ${id} is not in the room`),
    ...attached.map(({ id, dropletId = "nowhere" }) => `the volume ${id} is not attached to ${dropletId} in the room`),
    ...state.snapshots.filter(({ id }) => !snapshots.has(id)).map(({ id }) => `the snapshot ${id} is not in the room`),
  ];
}

function addresses(state: Readonly<CloudState>, { ranges }: RecordedHosts): string[] {
  const { droplets, vpcs, reservedIps, reservedIpv6s } = state;
  const all = [
    ...droplets.flatMap(({ publicIpv4, ipv6, privateIpv4 }) => [publicIpv4, ipv6, privateIpv4]),
    ...reservedIps.map(({ ip }) => ip),
    ...reservedIpv6s.map(({ ip }) => ip),
    ranges.deployer.ipv4,
    ranges.visitor.ipv4,
    ranges.visitor.ipv6,
  ].filter((ip) => ip !== undefined);
  const parsed = vpcs.map(({ ipRange }) => parseRange(ipRange));
  const overlapping = vpcs.filter((_vpc, at) =>
    parsed.slice(0, at).some((b) => {
      const a = parsed[at];
      return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
    }),
  );
  const assigned = reservedIps.flatMap(({ dropletId }) => dropletId ?? []);
  return [
    ...twice(all).map((ip) => `the address ${ip} was given twice`),
    ...overlapping.map(({ ipRange }) => `the range ${ipRange} overlaps with another`),
    ...droplets
      .filter(({ publicIpv4, ipv6 }) => publicIpv4 === undefined && ipv6 !== undefined)
      .map(({ id }) => `droplet ${id} has a public address and no public interface`),
    ...twice(assigned).map((id) => `droplet ${id} has two reserved addresses`),
  ];
}

/** What names something names something that is there. */
function dangling(state: Readonly<CloudState>): string[] {
  const { droplets, firewalls, reservedIps, reservedIpv6s, volumes, snapshots, projects, projectOf, vpcs } = state;
  const known = new Set(droplets.map(({ id }) => id));
  const tags = new Set(state.tags);
  const tagged = [...droplets, ...firewalls, ...volumes, ...snapshots].flatMap((one) => one.tags);
  const named = [
    ...firewalls.flatMap((firewall) => firewall.dropletIds),
    ...[...reservedIps, ...reservedIpv6s, ...volumes].flatMap(({ dropletId }) => dropletId ?? []),
  ];
  return [
    ...tagged.filter((tag) => !tags.has(tag)).map((tag) => `something has the tag ${tag}, which is not there`),
    ...twice(state.tags.map((tag) => tag.toLowerCase())).map((tag) => `the tag ${tag} is there twice`),
    ...named.filter((id) => !known.has(id)).map((id) => `something names droplet ${id}, which is not there`),
    ...droplets.filter(({ vpcId }) => !vpcs.some(({ id }) => id === vpcId)).map(({ id }) => `droplet ${id} has no VPC`),
    ...Object.values(projectOf)
      .filter(({ projectId }) => !projects.some(({ id }) => id === projectId))
      .map(({ projectId }) => `something is in the project ${projectId}, which is not there`),
    ...Object.keys(projectOf)
      .filter((urn) => !urns(state).includes(urn))
      .map((urn) => `${urn} is in a project, and not there`),
    ...(projects.filter(({ isDefault }) => isDefault).length === 1 ? [] : ["there is not one default project"]),
  ];
}

function urns({ droplets, domains, reservedIps, reservedIpv6s, volumes }: Readonly<CloudState>): string[] {
  return [
    ...droplets.map(({ id }) => `do:droplet:${id}`),
    ...domains.map(({ name }) => `do:domain:${name}`),
    ...reservedIps.map(({ ip }) => `do:floatingip:${ip}`),
    ...reservedIpv6s.map(({ ip }) => `do:reservedipv6:${ip}`),
    ...volumes.map(({ id }) => `do:volume:${id}`),
  ];
}

/** One thing at a time happens to a droplet, an address, a volume. */
function locks({ actions }: Readonly<CloudState>): string[] {
  const open = actions.filter(({ status }) => status === "in-progress");
  return twice(open.map(({ target }) => JSON.stringify(target))).map((target) => `two actions at a time on ${target}`);
}

/** What is seen was written before: nobody is told what a crash takes back. */
function kept(state: Readonly<CloudState>, directory: string): string[] {
  const written = fileStore(directory).read();
  const seen: unknown = JSON.parse(JSON.stringify(state));
  return written === undefined || isDeepStrictEqual(written, seen) ? [] : ["the file holds another state than is seen"];
}

function twice<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}
