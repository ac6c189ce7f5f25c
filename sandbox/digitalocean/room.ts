import type {
  FilterRule,
  Hosts,
  MachineFilter,
  MachineSpec,
  PrivateNetwork,
  ReservedAddress,
  Zone,
} from "../hosts/hosts";
import { findImage } from "./catalogue/images";
import { findSize } from "./catalogue/sizes";
import type { CloudState, Droplet, Firewall, FirewallRule } from "./state";

/** All that the machine room is to know beside the machines themselves, derived from the state. */
export interface RoomView {
  readonly networks: readonly PrivateNetwork[];
  readonly reserved: readonly ReservedAddress[];
  readonly filters: readonly MachineFilter[];
  readonly zones: readonly Zone[];
}

export function roomView(state: CloudState): RoomView {
  return {
    networks: networks(state),
    reserved: [...state.reservedIps, ...state.reservedIpv6s].map(({ ip, dropletId }) => ({
      address: ip,
      ...(dropletId === undefined ? {} : { machineId: dropletId }),
    })),
    filters: filters(state),
    zones: state.domains.map(({ name, records }) => ({ name, records })),
  };
}

/** Makes the room as the view says. What it has been told already is not told again. */
export async function tell(hosts: Hosts, view: RoomView, before: RoomView | undefined): Promise<void> {
  const changed = (part: keyof RoomView): boolean =>
    before === undefined || JSON.stringify(view[part]) !== JSON.stringify(before[part]);
  // Filters before addresses: nothing is reachable that is not to be, not even for a moment.
  if (changed("networks")) await hosts.setNetworks(view.networks);
  if (changed("filters")) await hosts.setFilters(view.filters);
  if (changed("reserved")) await hosts.setReservedAddresses(view.reserved);
  if (changed("zones")) await hosts.setZones(view.zones);
}

/** Every region has a default network; only those with members take up room. */
function networks({ vpcs, droplets }: CloudState): PrivateNetwork[] {
  return vpcs
    .filter((vpc) => !vpc.default || droplets.some(({ vpcId }) => vpcId === vpc.id))
    .map(({ id, ipRange }) => ({ id, range: ipRange }));
}

/** A droplet without any firewall is not filtered; with several, what one of them admits is admitted. */
function filters(state: CloudState): MachineFilter[] {
  return state.droplets.flatMap((droplet) => {
    const own = state.firewalls.filter((firewall) => appliesTo(firewall, droplet));
    if (own.length === 0) return [];
    const rules = (direction: "inbound" | "outbound"): FilterRule[] =>
      own.flatMap((firewall) => firewall[direction].flatMap((rule) => filterRule(state, rule)));
    return [{ machineId: droplet.id, inbound: rules("inbound"), outbound: rules("outbound") }];
  });
}

export function appliesTo(firewall: Firewall, { id, tags }: Droplet): boolean {
  return firewall.dropletIds.includes(id) || firewall.tags.some((tag) => tags.includes(tag));
}

/** Tags and droplets become the addresses they have now. A rule whose peers are nobody admits nobody. */
function filterRule(state: CloudState, { protocol, ports, peers }: FirewallRule): FilterRule[] {
  const members = state.droplets.filter(
    ({ id, tags }) => peers.dropletIds?.includes(id) === true || peers.tags?.some((tag) => tags.includes(tag)) === true,
  );
  const addresses = [...new Set([...(peers.addresses ?? []), ...members.flatMap(addressesOf)])];
  if (addresses.length === 0) return [];
  return [{ protocol, ...(protocol === "icmp" ? {} : { ports: ports === "0" ? "all" : ports }), peers: addresses }];
}

function addressesOf({ publicIpv4, privateIpv4, ipv6 }: Droplet): string[] {
  return [publicIpv4, privateIpv4, ipv6].filter((address) => address !== undefined);
}

/** The machine of a droplet. */
export function machineSpec(droplet: Droplet): MachineSpec {
  const { id, hostname, region, userData, sshKeys, publicIpv4, ipv6, privateIpv4, vpcId, tags, image, disk } = droplet;
  return {
    id,
    hostname,
    region,
    userData,
    sshKeys,
    tags,
    ...limits(droplet.size),
    diskGb: disk,
    ...(findImage(image) === undefined ? { image } : {}),
    private: { networkId: vpcId, ipv4: privateIpv4 },
    ...(publicIpv4 === undefined ? {} : { public: { ipv4: publicIpv4, ...(ipv6 === undefined ? {} : { ipv6 }) } }),
  };
}

export function limits(slug: string): { memoryMb: number; vcpus: number } {
  const size = findSize(slug);
  if (size === undefined) throw new Error(`no size is called ${slug}`);
  return { memoryMb: size.memoryMb, vcpus: size.vcpus };
}
