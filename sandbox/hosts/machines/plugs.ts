import type { Device } from "../storage/volumes";
import type { MachineCgroups } from "./cgroups";
import { changeDevice, killFileSystem } from "./devices";

/** What a machine asks of the sandbox's volumes: see `Volumes`. */
export interface MachineVolumes {
  recover(): Promise<void>;
  open(machineId: number): Promise<Device[]>;
  close(machineId: number): Promise<void>;
  openDevice(id: string): Promise<Device>;
  closeDevice(id: string, patienceMs?: number): Promise<void>;
  flush(id: string): Promise<void>;
}

/** Where a running machine is. */
export interface RunningPlace {
  readonly id: number;
  readonly folder: string;
  /** Its supervisor's process. */
  readonly supervisor: number;
}

interface Surroundings {
  readonly volumes: MachineVolumes;
  readonly cgroups: MachineCgroups;
  readonly log: (line: string) => void;
}

/** Puts a volume into a running machine. */
export async function plugIn({ volumes, cgroups }: Surroundings, place: RunningPlace, volumeId: string): Promise<void> {
  const device = await volumes.openDevice(volumeId);
  await cgroups.allowDevice(place.id, device.number);
  await changeDevice("lay", device, place);
}

/**
 * Pulls a volume out of a running machine. What has it mounted meets input/output errors from then on, and holds a dead
 * device until it is unmounted or the machine is off. That goes for every file system that can be shut down (ext4, XFS,
 * btrfs and others do); for the rest, and for programs that have the bare device open, the device stays alive until they
 * let go.
 */
export async function pullOut(
  { volumes, cgroups, log }: Surroundings,
  place: RunningPlace,
  volumeId: string,
): Promise<void> {
  const device = await volumes.openDevice(volumeId);
  await changeDevice("take", device, place);
  await cgroups.denyDevice(place.id, device.number);
  await volumes.flush(volumeId);
  const mounted = await killFileSystem(device.number, await cgroups.processes(place.id)).catch((error: unknown) => {
    log(`volume ${volumeId} stays mounted in machine ${place.id}: ${error instanceof Error ? error.message : ""}`);
    return true;
  });
  await volumes.closeDevice(volumeId, mounted ? 0 : undefined);
}
