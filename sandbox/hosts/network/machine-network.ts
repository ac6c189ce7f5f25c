import type {
  InstanceMetadata,
  MachineFilter,
  MachineSpec,
  PrivateNetwork,
  ReservedAddress,
  SandboxRanges,
  Zone,
} from "../hosts";
import type { MachineTraffic } from "./traffic";

/**
 * The part of the machine room that machines are linked by. Everything with `set` states all there is, and may be called
 * before the machines that it is about are attached.
 */
export interface MachineNetwork {
  /** The address ranges this sandbox has to itself on this machine. The first four of each are the network's own. */
  readonly ranges: SandboxRanges;

  /**
   * All private networks.
   * @throws NetworkRangeRefused, or NetworkMembership when a network with attached machines is left out
   */
  setNetworks(networks: readonly PrivateNetwork[]): Promise<void>;
  /** The cloud firewalls' rules, for attached machines and for those to come. */
  setFilters(filters: readonly MachineFilter[]): Promise<void>;
  /** All reserved addresses and where they lead. Flows of an address that moved are cut. */
  setReservedAddresses(addresses: readonly ReservedAddress[]): Promise<void>;
  /** All zones that the resolver answers for; other names are asked of this machine's resolver. */
  setZones(zones: readonly Zone[]): Promise<void>;
  /** The machines to which the metadata service is EC2's, and what it tells them. */
  setInstanceMetadata(instances: readonly InstanceMetadata[]): Promise<void>;
  /** What the metadata service answers, by the asker's address: all machines there are, running or not. */
  describe(machines: readonly MachineSpec[]): Promise<void>;

  /**
   * Makes a fresh network namespace for one boot of a machine, with its interfaces inside: down, under the names and
   * MACs that {@link networkConfig} has. Its filter stands before that. Whatever is left of an earlier boot is removed,
   * processes in its namespace included.
   * @returns the namespace's path. Start the machine from inside (`nsenter --net=PATH systemd-nspawn …`): with
   *   `--network-namespace-path` its /sys shows the interfaces of this machine, and cloud-init does not find its own
   * @throws NetworkMembership when its private network is not there
   */
  attach(machine: MachineSpec): Promise<string>;
  /** Removes a machine's namespace and links, ends what runs there, and forgets its flows. No error when there are none. */
  detach(machineId: number): Promise<void>;
  /** What went through a machine's links since it was attached; zeros when it is not. */
  traffic(machineId: number): Promise<MachineTraffic>;
  /** cloud-init's network configuration (version 2, matched by MAC) with which the guest raises its interfaces itself. */
  networkConfig(machine: MachineSpec): string;

  /** Removes every namespace, link, route and process of this sandbox's network. */
  close(): Promise<void>;
}
