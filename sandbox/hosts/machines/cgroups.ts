import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { MachineLimits } from "../hosts";
import { HostUnfit } from "./errors";
import { type Hierarchy, limitFiles, parseHierarchies } from "./hierarchies";

/** Below a machine's group, so that the machine can neither see nor change the files that hold its limits. */
const guest = "guest";

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
   * @returns the files to which a process writes `0` to join them
   */
  async create(id: number, limits: MachineLimits): Promise<string[]> {
    for (const hierarchy of this.hierarchies) {
      const group = this.group(hierarchy, id);
      await mkdir(join(group, guest), { recursive: true });
      for (const [file, value] of limitFiles(hierarchy, limits)) {
        // Without swap accounting there is no swap to limit.
        if (file === "memory.swap.max" && !existsSync(join(group, file))) continue;
        await writeFile(join(group, file), value);
      }
    }
    return this.hierarchies.map((hierarchy) => join(this.group(hierarchy, id), guest, "cgroup.procs"));
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
