import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** What a process has in memory, in MB. */
interface ProcessMemory {
  readonly what: string;
  readonly session: number;
  readonly pid: number;
  readonly resident: number;
  /** Its share: of a page that n have, the nth part. */
  readonly proportional: number;
  /** What it alone has, and has written to. */
  readonly own: number;
}

export interface MemorySum {
  readonly resident: number;
  readonly proportional: number;
  readonly own: number;
  readonly processes: number;
}

/** The most that some sessions had at once, and by which programs. */
export interface MemoryPeak extends MemorySum {
  readonly by: ReadonlyMap<string, MemorySum>;
}

/** Samples until something has ended. @param chosen whether a process counts, by its session and its number */
export async function peakUntil(
  ended: Promise<unknown>,
  chosen: (session: number, pid: number) => boolean,
  everyMs = 50,
): Promise<MemoryPeak> {
  const state = { done: false };
  const end = (): void => {
    state.done = true;
  };
  void ended.then(end, end);
  let peak: MemoryPeak = { ...none, by: new Map() };
  while (!state.done) {
    const seen = processes(chosen);
    const sum = sumOf(seen);
    if (sum.proportional > peak.proportional) peak = { ...sum, by: byProgram(seen) };
    await pause(everyMs);
  }
  await ended;
  return peak;
}

function byProgram(seen: readonly ProcessMemory[]): Map<string, MemorySum> {
  const programs = new Set(seen.map(({ what }) => what));
  return new Map([...programs].map((what) => [what, sumOf(seen.filter((one) => one.what === what))]));
}

const none: MemorySum = { resident: 0, proportional: 0, own: 0, processes: 0 };

function sumOf(seen: readonly ProcessMemory[]): MemorySum {
  return seen.reduce(
    (sum, one) => ({
      resident: sum.resident + one.resident,
      proportional: sum.proportional + one.proportional,
      own: sum.own + one.own,
      processes: sum.processes + 1,
    }),
    none,
  );
}

function processes(chosen: (session: number, pid: number) => boolean): ProcessMemory[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "latin1");
        const session = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
        if (!chosen(session, Number(name))) return [];
        const rollup = readFileSync(`/proc/${name}/smaps_rollup`, "latin1");
        const megabytes = (key: string): number =>
          Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(rollup)?.[1] ?? 0) / 1024;
        const own = megabytes("Private_Dirty");
        const memory = { resident: megabytes("Rss"), proportional: megabytes("Pss"), own };
        return [{ what: whatIs(name), session, pid: Number(name), ...memory }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

/** Node runs several programs. */
function whatIs(pid: string): string {
  const program = basename(readlinkSync(`/proc/${pid}/exe`));
  if (program !== "node") return program;
  const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
  const script = words.find(
    (word) => word.includes("/") && !word.startsWith("-") && !/\/(?:node|lean\.js)$/.test(word),
  );
  if (script?.endsWith("/cmd/run") === true || script?.endsWith("/run/index.js") === true) return "node: program";
  if (script?.endsWith("/dynamic-provider") === true) return "node: dynamic provider";
  return script?.endsWith("/child.js") === true ? "node: program" : "node: driver";
}
