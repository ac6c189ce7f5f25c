import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** A process, told apart from any other that gets its number later, or has it in another container. */
export interface Owner {
  readonly pid: number;
  /** When it was started, in the words of the system: ticks since boot on Linux, a date elsewhere. */
  readonly started: string;
  /** The boot of the machine; empty where there is no name for it. */
  readonly boot: string;
  /** Whose numbers of processes these are; empty where there is one numbering alone. */
  readonly namespace: string;
}

/** This process. */
export function thisProcess(): Owner {
  const started = startOf(process.pid);
  if (started === undefined) throw new Error("the system does not tell when this process was started");
  return { pid: process.pid, started, boot: boot(), namespace: namespace() };
}

/**
 * Whether the process has ended for certain. One in another container can't be looked at: it counts as there.
 */
export function isGone({ pid, started, boot: itsBoot, namespace: itsNamespace }: Owner): boolean {
  if (itsBoot !== boot()) return true;
  if (itsNamespace !== namespace()) return false;
  return startOf(pid) !== started;
}

/** @returns undefined when there is no such process, or it has ended and only waits to be buried */
function startOf(pid: number): string | undefined {
  if (process.platform !== "linux") return startByPs(pid);
  try {
    // proc_pid_stat(5): the name comes in brackets and may hold any; after it, the state is the first field and the start the twentieth.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return ["Z", "X"].includes(fields[0] ?? "X") ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  try {
    const options = { encoding: "utf8", timeout: 5000, env: { ...process.env, LC_ALL: "C" } } as const;
    const text = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      ...options,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.trim() === "" ? undefined : text.trim();
  } catch {
    return undefined;
  }
}

function boot(): string {
  return orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
}

function namespace(): string {
  return orEmpty(() => readlinkSync("/proc/self/ns/pid"));
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
