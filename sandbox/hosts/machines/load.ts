import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** How often the kernel looks as well, for its own averages. */
const intervalMs = 5_000;
const minutes = [1, 5, 15] as const;
/** A machine that used less than this of a processor since the last look has nothing that wants one. */
const idleShare = 0.005;

/**
 * A machine's load averages. The kernel has them for all machines together only, and that is what a machine's own
 * /proc/loadavg shows; so each machine's are made here as the kernel makes its own: every five seconds, the number of
 * threads that run, want to, or wait for a disk.
 */
export class LoadMeter {
  private timer: NodeJS.Timeout | undefined;
  private values: [number, number, number] = [0, 0, 0];
  private last = { usage: 0, at: 0 };

  /** @param group Where the machine's cgroup of version 2 is. */
  constructor(private readonly group: () => string) {}

  get averages(): readonly [number, number, number] {
    return this.values;
  }

  /** Starts anew, as with a machine's boot. */
  start(): void {
    this.stop();
    this.values = [0, 0, 0];
    this.last = { usage: 0, at: performance.now() };
    this.timer = setInterval(() => {
      this.values = nextAverages(this.values, this.active());
    }, intervalMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.values = [0, 0, 0];
  }

  private active(): number {
    const group = this.group();
    const [usage, at] = [usageSeconds(group), performance.now()];
    const share = ((usage - this.last.usage) * 1000) / (at - this.last.at);
    this.last = { usage, at };
    return share < idleShare ? 0 : threadsBelow(group).filter(isActive).length;
  }
}

/** As the kernel's averages, which fall exponentially. */
export function nextAverages(values: readonly [number, number, number], active: number): [number, number, number] {
  const next = (index: 0 | 1 | 2): number => {
    const kept = Math.exp(-intervalMs / 60_000 / minutes[index]);
    return values[index] * kept + active * (1 - kept);
  };
  return [next(0), next(1), next(2)];
}

function usageSeconds(group: string): number {
  return Number(/^usage_usec (\d+)$/m.exec(read(join(group, "cpu.stat")))?.[1] ?? 0) / 1e6;
}

/** A machine's processes can't leave its group, so that nothing else is among them. */
function threadsBelow(group: string): string[] {
  const below = entries(group).filter(({ directory }) => directory);
  const own = read(join(group, "cgroup.threads")).split("\n").filter(Boolean);
  return [...own, ...below.flatMap(({ name }) => threadsBelow(join(group, name)))];
}

function isActive(thread: string): boolean {
  const stat = read(`/proc/${thread}/stat`);
  return /^[RD]$/.test(stat[stat.lastIndexOf(")") + 2] ?? "");
}

function entries(folder: string): { name: string; directory: boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      directory: entry.isDirectory(),
    }));
  } catch {
    return [];
  }
}

/** Empty when it went meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
