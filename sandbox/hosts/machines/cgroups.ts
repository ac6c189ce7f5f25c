import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { MachineLimits } from "../hosts";
import { HostUnfit } from "./errors";
import { type Hierarchy, limitFiles, parseHierarchies } from "./hierarchies";

/** Below a machine's group, so that the machine can neither see nor change the files that hold its limits. */
const guest = "guest";

/** How long the processes of a machine may take to stand still: one that waits for a disk does so when it has it. */
const pauseMs = 10_000;

/**
 * The cgroups of one sandbox's machines: `<hierarchy>/<sandbox>/<machine>/guest`. A machine's processes can't leave its
 * group, so the group also tells what is left of a machine whose owner was killed.
 */
export class MachineCgroups {
  private constructor(
    private readonly hierarchies: readonly Hierarchy[],
    private readonly sandbox: string,
  ) {}

  /**
   * @param sandbox The name of the group that this sandbox's machines are in.
   * @throws HostUnfit when memory or processor can't be limited here
   */
  static async open(sandbox: string): Promise<MachineCgroups> {
    const mountinfo = await readFile("/proc/self/mountinfo", "utf8");
    const unified = parseHierarchies(mountinfo, []).find(({ version }) => version === 2);
    const offered = unified && (await readFile(join(unified.mount, "cgroup.controllers"), "utf8"));
    const hierarchies = parseHierarchies(mountinfo, offered?.trim().split(" ") ?? []);
    for (const controller of ["memory", "cpu"] as const) {
      if (hierarchies.some(({ controllers }) => controllers.includes(controller))) continue;
      throw new HostUnfit(
        `the cgroup controller «${controller}» is not mounted, so sizes can't be kept. Mount cgroup version 2 at /sys/fs/cgroup.`,
      );
    }
    if (unified === undefined) {
      throw new HostUnfit(
        "cgroup version 2 is not mounted, and the machines' systemd needs it: mount it at /sys/fs/cgroup/unified.",
      );
    }
    const cgroups = new MachineCgroups(hierarchies, sandbox);
    for (const hierarchy of hierarchies) await cgroups.prepare(hierarchy);
    return cgroups;
  }

  /**
   * Makes a machine's groups, or sets their limits anew.
   * @param devices Block devices that the machine may use, as `MAJOR:MINOR`.
   * @returns the files to which a process writes `0` to join them
   */
  async create(id: number, limits: MachineLimits, devices: readonly string[] = []): Promise<string[]> {
    for (const hierarchy of this.hierarchies) {
      const group = this.group(hierarchy, id);
      await mkdir(group, { recursive: true });
      if (hierarchy.controllers.includes("devices")) await closeDevices(group);
      await mkdir(join(group, guest), { recursive: true });
      for (const [file, value] of limitFiles(hierarchy, limits)) {
        // Without swap accounting there is no swap to limit.
        if (file === "memory.swap.max" && !existsSync(join(group, file))) continue;
        await writeFile(join(group, file), value);
      }
    }
    for (const number of devices) await this.allowDevice(id, number);
    return this.hierarchies.map((hierarchy) => join(this.group(hierarchy, id), guest, "cgroup.procs"));
  }

  /**
   * Lets a machine use a block device. Version 2 has no such list: there, a machine is kept from this one's devices only
   * by having no node of them, and no right to make one.
   */
  async allowDevice(id: number, number: string): Promise<void> {
    await this.writeDevices(id, "devices.allow", `b ${number} rw`);
  }

  async denyDevice(id: number, number: string): Promise<void> {
    await this.writeDevices(id, "devices.deny", `b ${number} rwm`);
  }

  /** A group has no more than the one above it. */
  private async writeDevices(id: number, file: string, rule: string): Promise<void> {
    for (const hierarchy of this.hierarchies.filter(({ controllers }) => controllers.includes("devices"))) {
      const group = this.group(hierarchy, id);
      for (const place of [group, join(group, guest)]) await writeFile(join(place, file), rule);
    }
  }

  /**
   * Makes a machine's processes stand still until {@link resume}. They can still be ended.
   * @throws Error when they don't within 10 s
   */
  async pause(id: number): Promise<void> {
    const group = this.unified(id);
    await writeFile(join(group, "cgroup.freeze"), "1");
    const deadline = Date.now() + pauseMs;
    while (!/^frozen 1$/m.test(await readFile(join(group, "cgroup.events"), "utf8"))) {
      if (Date.now() > deadline) {
        await this.resume(id);
        throw new Error(`machine ${id} does not stand still: its processes wait for something that does not come`);
      }
      await sleep(5);
    }
  }

  async resume(id: number): Promise<void> {
    await writeFile(join(this.unified(id), "cgroup.freeze"), "0");
  }

  /** All processes in a machine, its supervisor included. */
  async processes(id: number): Promise<number[]> {
    return processesBelow(this.unified(id));
  }

  /** The machine's group of version 2, which counts processor time with or without the controller. */
  unified(id: number): string {
    const hierarchy = this.hierarchies.find(({ version }) => version === 2);
    if (hierarchy === undefined) throw new Error("opened without cgroup version 2");
    return this.group(hierarchy, id);
  }

  /** The machine's group that limits and counts its memory. */
  memory(id: number): { readonly group: string; readonly version: 1 | 2 } {
    const hierarchy = this.hierarchies.find(({ controllers }) => controllers.includes("memory"));
    if (hierarchy === undefined) throw new Error("opened without the memory controller");
    return { group: this.group(hierarchy, id), version: hierarchy.version };
  }

  /** Ends whatever runs in a machine's groups, and removes them. */
  async remove(id: number): Promise<void> {
    for (const hierarchy of this.hierarchies) await removeGroup(this.group(hierarchy, id));
  }

  /** Machines that have groups. */
  async list(): Promise<number[]> {
    const names = await Promise.all(
      this.hierarchies.map((hierarchy) => subgroups(join(hierarchy.mount, this.sandbox))),
    );
    return [...new Set(names.flat())].map(Number).filter(Number.isInteger);
  }

  /** Removes the sandbox's own groups, with all that is in them. */
  async close(): Promise<void> {
    for (const { mount } of this.hierarchies) await removeGroup(join(mount, this.sandbox));
  }

  private group({ mount }: Hierarchy, id: number): string {
    return join(mount, this.sandbox, String(id));
  }

  /** In version 2 a controller has to be handed down, level by level. */
  private async prepare({ mount, version, controllers }: Hierarchy): Promise<void> {
    const own = join(mount, this.sandbox);
    await mkdir(own, { recursive: true });
    if (version === 1 || controllers.length === 0) return;
    const wanted = controllers.map((controller) => `+${controller}`).join(" ");
    for (const level of [mount, own]) {
      try {
        await writeFile(join(level, "cgroup.subtree_control"), wanted);
      } catch (cause) {
        throw new HostUnfit(
          `the controllers of ${level} can't be handed down to the machines. Run the sandbox outside of containers.`,
          { cause },
        );
      }
    }
  }
}

/** What every machine may use beside its volumes: null, zero, full, random, urandom, tty, console, ptmx, pts, tun. */
const commonDevices = ["1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:1", "5:2", "136:*", "10:200"];

/** Takes all other devices from a group, which must not have groups below it yet. */
async function closeDevices(group: string): Promise<void> {
  if (existsSync(join(group, guest))) return;
  await writeFile(join(group, "devices.deny"), "a");
  for (const number of commonDevices) await writeFile(join(group, "devices.allow"), `c ${number} rwm`);
}

async function subgroups(group: string): Promise<string[]> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Ends what runs in a group and below, then removes it from the bottom up. */
async function removeGroup(group: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (existsSync(group)) {
    try {
      for (const pid of await processesBelow(group)) end(pid);
      await removeBelow(group);
    } catch (error) {
      // What was just ended may still be on its way out.
      if (Date.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

async function processesBelow(group: string): Promise<number[]> {
  const text = await readFile(join(group, "cgroup.procs"), "utf8").catch(() => "");
  const below = await Promise.all((await subgroups(group)).map((name) => processesBelow(join(group, name))));
  return [...text.split("\n").filter(Boolean).map(Number), ...below.flat()];
}

function end(pid: number): void {
  // 0 stands for a process that can't be seen from here.
  if (pid === 0) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

async function removeBelow(group: string): Promise<void> {
  for (const name of await subgroups(group)) await removeBelow(join(group, name));
  await rmdir(group).catch((error: unknown) => {
    if (existsSync(group)) throw error;
  });
}
