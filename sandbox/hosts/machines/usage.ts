import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

import type { MachineSpec, MachineUsage, Traffic } from "../hosts";
import { bytesOf } from "../storage/folders";
import { defaultDiskGb } from "./disk";
import { disk } from "./layout";
import { freeSpace, hasSpace } from "./space";

/** Where a machine's figures come from; without groups and traffic when it is off. */
export interface UsageSources {
  readonly groups: { readonly unified: string; readonly memory: MemoryGroup } | undefined;
  readonly load: readonly [number, number, number];
  readonly traffic: { readonly public: Traffic; readonly private: Traffic } | undefined;
  readonly disk: { readonly used: number } | { readonly free: number };
}

interface MemoryGroup {
  readonly group: string;
  readonly version: 1 | 2;
}

const none: Traffic = { in: 0, out: 0 };

export async function readUsage(
  { memoryMb, diskGb = defaultDiskGb }: MachineSpec,
  { groups, load, traffic, disk: content }: UsageSources,
): Promise<MachineUsage> {
  const stat = groups === undefined ? "" : await read(join(groups.unified, "cpu.stat"));
  const sizeBytes = diskGb * 2 ** 30;
  const free = "free" in content ? content.free : sizeBytes - content.used;
  return {
    cpuSeconds: { user: figure(stat, "user_usec") / 1e6, system: figure(stat, "system_usec") / 1e6 },
    memoryBytes: {
      total: memoryMb * 2 ** 20,
      ...(groups === undefined ? { used: 0, cached: 0 } : await memory(groups.memory)),
    },
    load,
    publicBytes: traffic?.public ?? none,
    privateBytes: traffic?.private ?? none,
    disk: { sizeBytes, freeBytes: Math.max(0, free) },
  };
}

async function memory({ group, version }: MemoryGroup): Promise<{ used: number; cached: number }> {
  const [usage, cache] = version === 1 ? ["memory.usage_in_bytes", "total_cache"] : ["memory.current", "file"];
  const used = Number(await read(join(group, usage)));
  // The two are not read at the same moment.
  return { used, cached: Math.min(used, figure(await read(join(group, "memory.stat")), cache)) };
}

/** The number after a word, in a file of such lines. */
function figure(text: string, word: string): number {
  return Number(new RegExp(`^${word} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}

/** Empty when the machine ended meanwhile. */
async function read(file: string): Promise<string> {
  return (await readFile(file, "utf8").catch(() => "")).trim();
}

/** How long a measured size is good for: measuring reads every file's attributes. */
const freshMs = 60_000;

/** How full the machines' disks are: the image's content and what the machine has changed. */
export class DiskMeter {
  private readonly measured = new Map<string, { readonly at: number; readonly bytes: Promise<number> }>();

  /** @param folder The machine's. */
  async content(folder: string, supervisor: number | undefined): Promise<{ used: number } | { free: number }> {
    if (hasSpace(folder)) return { free: await freeSpace(folder, supervisor) };
    const image = await readlink(join(folder, disk.lower));
    const [below, above] = await Promise.all([
      this.bytes(image, Number.POSITIVE_INFINITY),
      this.bytes(join(folder, disk.upper), freshMs),
    ]);
    return { used: below + above };
  }

  /** A folder has another disk now, or none. */
  forget(folder: string): void {
    this.measured.delete(join(folder, disk.upper));
  }

  private bytes(path: string, goodForMs: number): Promise<number> {
    const known = this.measured.get(path);
    if (known !== undefined && performance.now() - known.at < goodForMs) return known.bytes;
    const bytes = bytesOf(path, "measuring a machine's disk");
    this.measured.set(path, { at: performance.now(), bytes });
    bytes.catch(() => this.measured.delete(path));
    return bytes;
  }
}
