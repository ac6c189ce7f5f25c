import { mkdir, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";

import type { Hosts, MachineLimits, MachineSpec, MachineUsage } from "../hosts";
import { removeTree } from "../storage/folders";
import { closeAllLoops } from "../storage/loops";
import type { MachineDisk } from "../storage/snapshots";
import { MachineCgroups } from "./cgroups";
import { MachineConflict, MachineUnknown } from "./errors";
import { removeSupervisorFiles } from "./launch";
import { Machine, type MachineLinks, type MachineSurroundings } from "./machine";
import { raiseSharedLimits } from "./kernel";
import { sandboxName } from "./name";
import type { MachineVolumes } from "./plugs";
import { readRecords } from "./records";
import { DiskMeter } from "./usage";

export * from "./errors";
export type { MachineLinks } from "./machine";
export type { MachineVolumes } from "./plugs";

export interface MachinesOptions {
  /** The sandbox's directory: machines are in its folder `machines`. */
  readonly directory: string;
  /** The tree new disks are laid over. */
  readonly image: string;
  readonly links: MachineLinks;
  readonly volumes: MachineVolumes;
  /** The disk that a machine snapshot keeps. */
  readonly snapshot: (id: string) => Promise<MachineDisk>;
  readonly log: (line: string) => void;
}

const machinesFolder = "machines";
/** How long a machine may take to shut down when the whole sandbox is closed. */
const closeGraceMs = 8_000;
const shutdownGraceMs = 30_000;

/** The machines of one sandbox. Those that are known from its directory are off after {@link openMachines}. */
export class Machines implements Pick<
  Hosts,
  "powerOn" | "powerOff" | "shutdown" | "reboot" | "resize" | "status" | "resetPassword" | "usage"
> {
  private readonly machines = new Map<number, Machine>();

  private constructor(
    private readonly surroundings: MachineSurroundings,
    private readonly folder: string,
  ) {}

  /** @throws HostUnfit */
  static async open({ directory, image, links, volumes, snapshot, log }: MachinesOptions): Promise<Machines> {
    await mkdir(join(directory, machinesFolder), { recursive: true, mode: 0o700 });
    const folder = await realpath(join(directory, machinesFolder));
    const sandbox = await sandboxName(directory);
    const cgroups = await MachineCgroups.open(sandbox);
    await raiseSharedLimits(log);
    const machines = new Machines(
      { sandbox, image, links, cgroups, volumes, snapshot, disks: new DiskMeter(), log },
      folder,
    );
    await machines.recover();
    return machines;
  }

  /** Ends what an owner that was killed left running, and gets to know the machines on the disk. */
  private async recover(): Promise<void> {
    const { sandbox, cgroups, links, log } = this.surroundings;
    const left = await cgroups.list();
    if (left.length > 0) log(`ending machines that were left running: ${left.join(", ")}`);
    await Promise.all(
      left.map(async (id) => {
        await cgroups.remove(id);
        await links.detach(id);
      }),
    );
    await removeSupervisorFiles(sandbox);
    await closeAllLoops(this.folder);
    await this.surroundings.volumes.recover();
    const { records, incomplete } = await readRecords(this.folder);
    for (const folder of incomplete) await removeTree(folder);
    for (const record of records) {
      const { id } = record.spec;
      this.machines.set(id, new Machine(this.surroundings, this.folderOf(id), record));
    }
  }

  /** Every machine there is, on or off. */
  get specs(): MachineSpec[] {
    return [...this.machines.values()].map(({ spec }) => spec);
  }

  /** Makes a machine with a fresh disk. It is off. */
  async make(spec: MachineSpec): Promise<void> {
    if (this.machines.has(spec.id)) throw new MachineConflict(spec.id, "is there already");
    this.machines.set(spec.id, await Machine.make(this.surroundings, this.folderOf(spec.id), spec));
  }

  async powerOn(id: number): Promise<void> {
    await this.get(id).powerOn();
  }

  async powerOff(id: number): Promise<void> {
    await this.get(id).powerOff();
  }

  async shutdown(id: number, graceMs = shutdownGraceMs): Promise<void> {
    await this.get(id).shutdown(graceMs);
  }

  async reboot(id: number): Promise<void> {
    await this.get(id).reboot();
  }

  async rebuild(spec: MachineSpec): Promise<void> {
    await this.get(spec.id).rebuild(spec);
  }

  async resize(id: number, limits: MachineLimits): Promise<void> {
    await this.get(id).resize(limits);
  }

  async resetPassword(id: number, password: string): Promise<void> {
    await this.get(id).resetPassword(password);
  }

  async usage(id: number): Promise<MachineUsage> {
    return this.get(id).usage();
  }

  /** Copies a machine's disk into an empty folder. */
  async snapshot(id: number, to: string): Promise<void> {
    await this.get(id).snapshot(to);
  }

  /** Does something while nothing in a machine moves, which may be off. */
  async standingStill<T>(id: number, work: () => Promise<T>): Promise<T> {
    return this.get(id).standingStill(work);
  }

  async plug(id: number, volumeId: string): Promise<void> {
    await this.get(id).plug(volumeId);
  }

  async unplug(id: number, volumeId: string): Promise<void> {
    await this.machines.get(id)?.unplug(volumeId);
  }

  async destroy(id: number): Promise<void> {
    const machine = this.machines.get(id);
    if (machine === undefined) return;
    await machine.destroy();
    this.machines.delete(id);
  }

  status(id: number): "active" | "off" | "absent" {
    const machine = this.machines.get(id);
    if (machine === undefined) return "absent";
    return machine.on ? "active" : "off";
  }

  /** Shuts all of them down, and pulls the plug where that takes long. Disks stay. */
  async close(): Promise<void> {
    const ends = await Promise.allSettled([...this.machines.values()].map((machine) => machine.shutdown(closeGraceMs)));
    await this.surroundings.cgroups.close();
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  private get(id: number): Machine {
    const machine = this.machines.get(id);
    if (machine === undefined) throw new MachineUnknown(id);
    return machine;
  }

  private folderOf(id: number): string {
    return join(this.folder, String(id));
  }
}

/**
 * Ends and removes what the machines of the sandbox in a directory left running, disks included: for the directory's
 * removal. Works after a crash, and when there is nothing.
 */
export async function removeMachines(directory: string): Promise<void> {
  const sandbox = await sandboxName(directory);
  await (await MachineCgroups.open(sandbox)).close();
  await removeSupervisorFiles(sandbox);
  await closeAllLoops(resolve(directory, machinesFolder));
  await removeTree(join(directory, machinesFolder));
}
