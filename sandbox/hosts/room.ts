import { mkdir } from "node:fs/promises";

import type { Hosts, MachineSpec, SnapshotSize, VolumeSpec } from "./hosts";
import { imageTree } from "./image";
import { Machines, removeMachines } from "./machines";
import { type MachineNetwork, openNetwork, removeNetwork } from "./network";
import { openStorage, removeStorage, type Snapshots, type Volumes } from "./storage";

export interface RoomOptions {
  /** Where machines, their disks and the network's memory are: one directory, one sandbox. */
  readonly directory: string;
  /** What machines are made from: see `buildImage`. */
  readonly image: string;
  /** Where to tell what went wrong meanwhile and was mended. */
  readonly log: (line: string) => void;
}

/**
 * Opens the machine room in a directory: its network, and the machines known from its disk, which are off. What an
 * owner that was killed left running is ended first.
 *
 * @throws when there is no image, when the room is already open, or when this machine can't run it (see the error's `code`)
 * @example
 * const hosts = await openHosts({ directory: ".deploy4me/sandbox", image: ".deploy4me/image", log: console.log });
 * await hosts.setNetworks([{ id: "vpc-1", range: "10.20.0.0/20" }]);
 * await hosts.create({ id: 1, hostname: "wiki", … });
 */
export async function openHosts({ directory, image, log }: RoomOptions): Promise<Hosts> {
  const tree = await imageTree(image);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // The network refuses a second owner, so it comes before anything is ended.
  const network = await openNetwork({ directory, log });
  try {
    const storage = await openStorage(directory);
    const { volumes, snapshots } = storage;
    const snapshot = (id: string) => snapshots.machineDisk(id);
    const machines = await Machines.open({ directory, image: tree, links: network, volumes, snapshot, log });
    const room = new Room(network, machines, storage);
    await room.describe();
    return room;
  } catch (error) {
    await network.close();
    throw error;
  }
}

/**
 * Removes all that the room in a directory left on this machine, disks included. Works after a crash, and when there is
 * nothing.
 * @throws NetworkInUse while a process has it open
 */
export async function removeHosts(directory: string): Promise<void> {
  await removeNetwork(directory);
  await removeMachines(directory);
  await removeStorage(directory);
}

class Room implements Hosts {
  constructor(
    private readonly network: MachineNetwork,
    private readonly machines: Machines,
    private readonly storage: { readonly volumes: Volumes; readonly snapshots: Snapshots },
  ) {}

  get ranges(): Hosts["ranges"] {
    return this.network.ranges;
  }

  readonly setNetworks: Hosts["setNetworks"] = (networks) => this.network.setNetworks(networks);
  readonly setFilters: Hosts["setFilters"] = (filters) => this.network.setFilters(filters);
  readonly setReservedAddresses: Hosts["setReservedAddresses"] = (addresses) =>
    this.network.setReservedAddresses(addresses);
  readonly setZones: Hosts["setZones"] = (zones) => this.network.setZones(zones);
  readonly setInstanceMetadata: Hosts["setInstanceMetadata"] = (instances) =>
    this.network.setInstanceMetadata(instances);

  readonly powerOn: Hosts["powerOn"] = (id) => this.machines.powerOn(id);
  readonly powerOff: Hosts["powerOff"] = (id) => this.machines.powerOff(id);
  readonly shutdown: Hosts["shutdown"] = (id, graceMs) => this.machines.shutdown(id, graceMs);
  readonly reboot: Hosts["reboot"] = (id) => this.machines.reboot(id);
  readonly resize: Hosts["resize"] = (id, limits) => this.machines.resize(id, limits);
  readonly status: Hosts["status"] = (id) => this.machines.status(id);

  async create(machine: MachineSpec): Promise<void> {
    await this.machines.make(machine);
    try {
      await this.describe();
      await this.machines.powerOn(machine.id);
    } catch (error) {
      await this.destroy(machine.id);
      throw error;
    }
  }

  async rebuild(machine: MachineSpec): Promise<void> {
    await this.machines.rebuild(machine);
    await this.describe();
  }

  async destroy(id: number): Promise<void> {
    await this.machines.destroy(id);
    for (const volume of this.storage.volumes.of(id)) await this.storage.volumes.detach(volume);
    await this.describe();
  }

  readonly resetPassword: Hosts["resetPassword"] = (id, password) => this.machines.resetPassword(id, password);
  readonly usage: Hosts["usage"] = (id) => this.machines.usage(id);

  async createVolume(volume: VolumeSpec): Promise<void> {
    await this.detachVolume(volume.id);
    await this.storage.volumes.create(volume);
  }

  async attachVolume(id: string, machineId: number, name: string): Promise<void> {
    await this.storage.volumes.attach(id, machineId, name);
    try {
      await this.machines.plug(machineId, id);
    } catch (error) {
      await this.storage.volumes.detach(id);
      throw error;
    }
  }

  async detachVolume(id: string): Promise<void> {
    const { volumes } = this.storage;
    const place = volumes.attachmentOf(id);
    if (place !== undefined) await this.machines.unplug(place.machineId, id);
    await volumes.detach(id);
  }

  readonly resizeVolume: Hosts["resizeVolume"] = (id, sizeGb) => this.storage.volumes.resize(id, sizeGb);

  async destroyVolume(id: string): Promise<void> {
    await this.detachVolume(id);
    await this.storage.volumes.destroy(id);
  }

  snapshotVolume(id: string, snapshotId: string): Promise<SnapshotSize> {
    const { volumes } = this.storage;
    const place = volumes.attachmentOf(id);
    const copy = async (): Promise<SnapshotSize> => {
      await volumes.flush(id);
      return volumes.snapshot(id, snapshotId);
    };
    return place === undefined ? copy() : this.machines.standingStill(place.machineId, copy);
  }

  async snapshotMachine(id: number, snapshotId: string): Promise<SnapshotSize> {
    return this.storage.snapshots.ofMachine(snapshotId, (folder) => this.machines.snapshot(id, folder));
  }

  readonly destroySnapshot: Hosts["destroySnapshot"] = (snapshotId) => this.storage.snapshots.destroy(snapshotId);

  async close(): Promise<void> {
    try {
      await this.machines.close();
    } finally {
      await this.network.close();
    }
  }

  /** The metadata service answers for every machine there is, running or not. */
  async describe(): Promise<void> {
    await this.network.describe(this.machines.specs);
  }
}
