import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

import { z } from "zod";

/** A process that holds a lease, so that another can find out whether it still lives. */
export const ownerSchema = z.object({
  hostname: z.string(),
  /** Of one kernel, from its start to its end: `/proc/sys/kernel/random/boot_id`. Empty where there is none. */
  boot: z.string(),
  /** Process ids mean something within one namespace only. */
  pidNamespace: z.string(),
  pid: z.int().positive(),
  /** When it started, in ticks since boot: ids of processes are used again. */
  started: z.string(),
  /** Tells two lives of one process id apart where nothing else does. */
  instance: z.string(),
});
export type Owner = z.infer<typeof ownerSchema>;

const own: Owner = {
  hostname: hostname(),
  boot: textOf("/proc/sys/kernel/random/boot_id"),
  pidNamespace: linkOf("/proc/self/ns/pid"),
  pid: process.pid,
  started: startOf(process.pid) ?? "",
  instance: randomUUID(),
};

/** This process. */
export function thisProcess(): Owner {
  return own;
}

/**
 * What can be known of a process from here.
 * - `alive`: it runs.
 * - `dead`: it is proven not to run any more, nor can it come back.
 * - `unknown`: it is of another machine, another boot or another process namespace, where we can't look. Another boot is
 *   not proof by itself: two machines may be copies of one.
 */
export function lifeOf(owner: Owner): "alive" | "dead" | "unknown" {
  if (owner.boot === "" || owner.boot !== own.boot || owner.pidNamespace !== own.pidNamespace) return "unknown";
  if (owner.pid === own.pid) return owner.instance === own.instance ? "alive" : "dead";
  const started = startOf(owner.pid);
  return started === undefined || started !== owner.started ? "dead" : "alive";
}

/**
 * When a process started, in clock ticks since boot (field 22 of `/proc/<pid>/stat`, proc(5)).
 * @returns nothing when there is none, or only its exit status is left of it
 */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}
