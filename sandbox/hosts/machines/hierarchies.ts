/** A controller we limit a machine by. `devices` is one in version 1 only. */
export type Controller = "memory" | "cpu" | "pids" | "devices";

/** A mounted cgroup hierarchy in which each machine has its own group. */
export interface Hierarchy {
  readonly mount: string;
  readonly version: 1 | 2;
  /** Those of the controllers that are used here. Often none: then it only tells whose a process is. */
  readonly controllers: readonly Controller[];
}

const controllers: readonly Controller[] = ["memory", "cpu", "pids", "devices"];

/**
 * The hierarchies to put machines into, from `/proc/self/mountinfo`: those that limit memory, processor and processes,
 * systemd's own of version 1, and version 2. Machines run by version 2 whatever this machine does with version 1.
 *
 * @param unified The controllers that version 2 offers (`cgroup.controllers` at its root).
 */
export function parseHierarchies(mountinfo: string, unified: readonly string[]): Hierarchy[] {
  const found = new Map<string, Hierarchy>();
  for (const line of mountinfo.split("\n")) {
    const [place = "", file = ""] = line.split(" - ");
    const [, , , root, mount] = place.split(" ");
    const [type, , options = ""] = file.split(" ");
    if (mount === undefined || root !== "/" || found.has(mount)) continue;
    if (type === "cgroup") {
      const names = options.split(",");
      const used = controllers.filter((name) => names.includes(name));
      if (used.length > 0 || names.includes("name=systemd")) {
        found.set(mount, { mount, version: 1, controllers: used });
      }
    } else if (type === "cgroup2") {
      found.set(mount, { mount, version: 2, controllers: controllers.filter((name) => unified.includes(name)) });
    }
  }
  return [...found.values()];
}

/** The files of a machine's group that hold its limits, and what to write, in this order. */
export function limitFiles(
  { version, controllers: used }: Hierarchy,
  { memoryMb, vcpus }: { readonly memoryMb: number; readonly vcpus: number },
): (readonly [file: string, value: string])[] {
  const bytes = String(memoryMb * 1024 * 1024);
  const quota = Math.round(vcpus * cpuPeriodUs);
  const files: Record<Controller, (readonly [string, string])[]> =
    version === 1
      ? {
          memory: [["memory.limit_in_bytes", bytes]],
          cpu: [
            ["cpu.cfs_period_us", String(cpuPeriodUs)],
            ["cpu.cfs_quota_us", String(quota)],
          ],
          pids: [["pids.max", processLimit]],
          devices: [],
        }
      : {
          memory: [
            ["memory.max", bytes],
            ["memory.swap.max", "0"],
          ],
          cpu: [["cpu.max", `${quota} ${cpuPeriodUs}`]],
          pids: [["pids.max", processLimit]],
          devices: [],
        };
  return used.flatMap((controller) => files[controller]);
}

const cpuPeriodUs = 100_000;
/** What keeps a fork bomb in one machine from being one in all of them. */
const processLimit = "8192";
