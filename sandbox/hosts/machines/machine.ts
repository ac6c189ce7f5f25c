import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import type { MachineLimits, MachineSpec, MachineUsage, Traffic } from "../hosts";
import { removeTree } from "../storage/folders";
import type { MachineDisk } from "../storage/snapshots";
import type { MachineCgroups } from "./cgroups";
import { allowMount, consoleTail, copyDisk, createDisk } from "./disk";
import { MachineConflict, MachineFailed } from "./errors";
import { askFor, type Ending, MachineProcess } from "./process";
import { whenServing } from "./fill";
import { removeSupervisorFiles } from "./launch";
import { LoadMeter } from "./load";
import { setRootPassword } from "./password";
import { type MachineVolumes, plugIn, pullOut, type RunningPlace } from "./plugs";
import { type MachineRecord, writeRecord } from "./records";
import { renderSeed } from "./seed";
import { fillSpace } from "./space";
import { type DiskMeter, readUsage } from "./usage";

/** What a machine asks of the network: see `MachineNetwork`. */
export interface MachineLinks {
  attach(machine: MachineSpec): Promise<string>;
  detach(machineId: number): Promise<void>;
  networkConfig(machine: MachineSpec): string;
  traffic(machineId: number): Promise<{ readonly public: Traffic; readonly private: Traffic }>;
}

/** What all machines of a sandbox share. */
export interface MachineSurroundings {
  /** Distinguishes the sandbox from others on this machine. */
  readonly sandbox: string;
  readonly image: string;
  readonly links: MachineLinks;
  readonly cgroups: MachineCgroups;
  readonly volumes: MachineVolumes;
  /** The disk that a snapshot keeps. */
  readonly snapshot: (id: string) => Promise<MachineDisk>;
  readonly disks: DiskMeter;
  readonly log: (line: string) => void;
}

const rebootGraceMs = 30_000;

/**
 * One machine. What is asked of it is done one after another; that it halts or reboots by itself counts as asked.
 *
 * Each run has a network namespace of its own, so that nothing survives a reboot but what is on the disk.
 */
export class Machine {
  private running: MachineProcess | undefined;
  /** The run that is being ended on purpose. */
  private stopping: MachineProcess | undefined;
  /** Between the two runs of a reboot or a rebuild, a machine is on. */
  private between = false;
  private last: Promise<unknown> = Promise.resolve();
  private readonly load: LoadMeter;

  constructor(
    private readonly surroundings: MachineSurroundings,
    private readonly folder: string,
    private record: MachineRecord,
  ) {
    this.load = new LoadMeter(() => surroundings.cgroups.unified(record.spec.id));
  }

  /** A machine that was not there before, with a fresh disk. It is off. */
  static async make(surroundings: MachineSurroundings, folder: string, spec: MachineSpec): Promise<Machine> {
    await mkdir(folder, { mode: 0o700 });
    const machine = new Machine(surroundings, folder, { spec, uuid: randomUUID() });
    try {
      await machine.freshDisk(spec);
    } catch (error) {
      await removeTree(folder);
      throw error;
    }
    return machine;
  }

  get spec(): MachineSpec {
    return this.record.spec;
  }

  get on(): boolean {
    return this.running !== undefined || this.between;
  }

  powerOn(): Promise<void> {
    return this.inTurn(() => this.boot("booting"));
  }

  powerOff(): Promise<void> {
    return this.inTurn(() => this.stop());
  }

  shutdown(graceMs: number): Promise<void> {
    return this.inTurn(() => this.stop({ ask: askFor.powerOff, graceMs }));
  }

  reboot(): Promise<void> {
    return this.inTurn(() => this.again("rebooting", () => this.stop({ ask: askFor.reboot, graceMs: rebootGraceMs })));
  }

  rebuild(spec: MachineSpec): Promise<void> {
    return this.inTurn(() =>
      this.again("rebuilding", async () => {
        await this.stop();
        await this.freshDisk(spec);
      }),
    );
  }

  resize({ memoryMb, vcpus, diskGb = this.spec.diskGb }: MachineLimits): Promise<void> {
    return this.inTurn(async () => {
      if (this.on) throw new MachineConflict(this.spec.id, "has to be off to be resized");
      const disk = diskGb === undefined ? {} : { diskGb };
      await this.remember({ ...this.record, spec: { ...this.spec, memoryMb, vcpus, ...disk } });
    });
  }

  resetPassword(password: string): Promise<void> {
    return this.inTurn(async () => {
      if (this.on) throw new MachineConflict(this.spec.id, "has to be off to get another password");
      await setRootPassword(this.folder, password);
    });
  }

  /**
   * Copies its disk.
   * @param to An empty folder.
   */
  snapshot(to: string): Promise<void> {
    return this.standingStill(() => copyDisk(this.folder, to, this.running?.pid));
  }

  /** Does something while nothing in the machine moves: what it wrote is as after a loss of power. */
  standingStill<T>(work: () => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      if (this.running === undefined) return work();
      const { cgroups } = this.surroundings;
      await cgroups.pause(this.spec.id);
      try {
        return await work();
      } finally {
        await cgroups.resume(this.spec.id);
      }
    });
  }

  /** Puts a volume into the machine, if it is on: otherwise it finds it when it is switched on. */
  plug(volumeId: string): Promise<void> {
    return this.inTurn(() => this.whenOn((place) => plugIn(this.surroundings, place, volumeId)));
  }

  /** Pulls a volume out of the machine, if it is on. */
  unplug(volumeId: string): Promise<void> {
    return this.inTurn(() => this.whenOn((place) => pullOut(this.surroundings, place, volumeId)));
  }

  async usage(): Promise<MachineUsage> {
    const { cgroups, links, disks } = this.surroundings;
    const { id } = this.spec;
    const on = this.running !== undefined;
    return readUsage(this.spec, {
      groups: on ? { unified: cgroups.unified(id), memory: cgroups.memory(id) } : undefined,
      load: this.load.averages,
      traffic: on ? await links.traffic(id) : undefined,
      disk: await disks.content(this.folder, this.running?.pid),
    });
  }

  destroy(): Promise<void> {
    return this.inTurn(async () => {
      await this.stop();
      await this.clear();
      await removeTree(this.folder);
    });
  }

  private async whenOn(work: (place: RunningPlace) => Promise<void>): Promise<void> {
    const supervisor = this.running?.pid;
    if (supervisor !== undefined) await work({ id: this.spec.id, folder: this.folder, supervisor });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  private async freshDisk(spec: MachineSpec): Promise<void> {
    const { links, image, snapshot } = this.surroundings;
    const origin = spec.image === undefined ? { image } : await snapshot(spec.image);
    await createDisk(this.folder, origin, renderSeed(spec, links.networkConfig(spec)), spec);
    this.surroundings.disks.forget(this.folder);
    await this.remember({ spec, uuid: randomUUID() });
  }

  private async remember(record: MachineRecord): Promise<void> {
    await writeRecord(this.folder, record);
    this.record = record;
  }

  private async boot(action: string): Promise<void> {
    if (this.running) return;
    const { spec, uuid } = this.record;
    const { sandbox, links, cgroups, volumes } = this.surroundings;
    let run: MachineProcess | undefined;
    try {
      await allowMount(this.folder);
      const [netns, devices] = await Promise.all([links.attach(spec), volumes.open(spec.id)]);
      const numbers = devices.map(({ number }) => number);
      const groups = await cgroups.create(spec.id, spec, numbers);
      run = new MachineProcess(this.folder, {
        name: `${sandbox}-${spec.id}`,
        hostname: spec.hostname,
        uuid,
        netns,
        groups,
        devices,
        fault: spec.fault,
      });
      this.running = run;
      await run.initRuns();
    } catch (cause) {
      this.running = undefined;
      await run?.kill();
      const tail = run === undefined ? "" : await this.lastWords(run);
      await this.clear();
      throw new MachineFailed(spec.id, action, cause instanceof Error ? cause.message : String(cause), tail, { cause });
    }
    const started = run;
    this.load.start();
    if (spec.fault === "disk-full") this.fill(started);
    void started.ended.then((ending) => {
      this.onEnd(started, ending);
    });
  }

  /** The end of the console of a run that is over: what it said is on its way to the disk a little longer than it lives. */
  private async lastWords(run: MachineProcess): Promise<string> {
    await Promise.race([run.consoleWritten, sleep(5_000, undefined, { ref: false })]);
    return consoleTail(this.folder);
  }

  /** Lets the disk of a machine run full when it is up. */
  private fill(run: MachineProcess): void {
    const filled = whenServing(run).then(async () => {
      if (run.pid !== undefined) await fillSpace(this.folder, run.pid);
    });
    filled.catch((error: unknown) => {
      // A machine that ended meanwhile has nothing to be filled.
      if (run.pid !== undefined) this.surroundings.log(error instanceof Error ? error.message : String(error));
    });
  }

  /** A new run after the one before has been ended. */
  private async again(action: string, end: () => Promise<void>): Promise<void> {
    this.between = true;
    try {
      await end();
      await this.boot(action);
    } finally {
      this.between = false;
    }
  }

  private onEnd(run: MachineProcess, ending: Ending): void {
    if (this.stopping === run) return;
    if (ending === "halted") this.running = undefined;
    const followUp = this.inTurn(async () => {
      // It was asked for something else meanwhile.
      if (this.running !== (ending === "halted" ? undefined : run)) return;
      this.running = undefined;
      if (ending === "halted") await this.clear();
      else await this.again("rebooting by itself", () => this.clear());
    });
    followUp.catch((error: unknown) => {
      this.surroundings.log(error instanceof Error ? error.message : String(error));
    });
  }

  private async stop(gently?: { readonly ask: number; readonly graceMs: number }): Promise<void> {
    const run = this.running;
    if (run === undefined) return;
    this.stopping = run;
    const ended = gently !== undefined && (await run.ask(gently.ask, gently.graceMs));
    if (!ended) await run.kill();
    this.running = undefined;
    this.stopping = undefined;
    await this.clear();
  }

  /** Removes what a run leaves: processes, limits, and the network namespace with its interfaces. */
  private async clear(): Promise<void> {
    const { id } = this.spec;
    this.load.stop();
    try {
      await this.surroundings.cgroups.remove(id);
    } finally {
      await this.surroundings.links.detach(id);
      await this.surroundings.volumes.close(id);
      await removeSupervisorFiles(this.surroundings.sandbox, id);
    }
  }
}
