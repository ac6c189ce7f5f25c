import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { sandboxName } from "../../../sandbox/hosts/machines/name";
import { registryDirectory } from "../../../sandbox/hosts/network/registry";

const execute = promisify(execFile);

/** What a sandbox has on this machine, found without asking it. Machines are named by their numbers. */
export interface Reality {
  /** Of the processes that machines run under. */
  readonly supervisors: readonly string[];
  /** Of cgroups with processes in them, and of those without. */
  readonly groups: readonly string[];
  readonly emptyGroups: readonly string[];
  readonly supervisorFiles: readonly string[];
  /** Without the sandbox's prefix. */
  readonly namespaces: readonly string[];
  /** Of the router, towards machines. */
  readonly links: readonly string[];
  readonly hostLinks: readonly string[];
  /** Folders of machines, complete or not. */
  readonly disks: readonly string[];
  readonly volumes: readonly string[];
  readonly snapshots: readonly string[];
  /** Files of this sandbox that block devices are made of. */
  readonly loops: readonly string[];
  /** Of this sandbox, in this machine's own namespace. */
  readonly mounts: readonly string[];
  /** Processes that are in the router's namespace or were given it, by their program. */
  readonly helpers: readonly string[];
}

/** @param room the machine room's directory */
export async function look(room: string): Promise<Reality> {
  const name = await sandboxName(room);
  const prefix = prefixOf(room);
  const groups = groupsOf(name);
  const own = (folder: string): string[] => entries(join(room, folder));
  const namespaces = entries("/run/netns")
    .filter((one) => one.startsWith(prefix))
    .map((one) => one.slice(prefix.length));
  const router = namespaces.includes("router") ? `${prefix}router` : undefined;
  return {
    supervisors: supervisors(name).sort(),
    groups: [...new Set(groups.filter(({ busy }) => busy).map(({ id }) => id))].sort(),
    emptyGroups: [...new Set(groups.filter(({ busy }) => !busy).map(({ id }) => id))].sort(),
    supervisorFiles: entries("/run/systemd/nspawn/propagate")
      .filter((one) => one.startsWith(`${name}-`))
      .map((one) => one.slice(name.length + 1))
      .sort(),
    namespaces: namespaces.sort(),
    links: router === undefined ? [] : await portsOf(router),
    hostLinks: entries("/sys/class/net").filter((one) => `${one}-` === prefix),
    disks: own("machines").sort(),
    volumes: own("volumes").sort(),
    snapshots: own("snapshots").sort(),
    loops: loops(room),
    mounts: readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .flatMap((line) => line.split(" ")[4] ?? [])
      .filter((place) => place.startsWith(`${room}/`)),
    helpers: router === undefined ? [] : await programsIn(router),
  };
}

/** What the names of its namespaces begin with: its number is in the machine's register. */
function prefixOf(room: string): string {
  const own = entries(registryDirectory).find(
    (file) => file.endsWith(".json") && readFileSync(join(registryDirectory, file), "utf8").includes(`"${room}"`),
  );
  return own === undefined ? "nobody's" : `d4m-${Number.parseInt(own, 10)}-`;
}

function supervisors(name: string): string[] {
  return entries("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    const [program = "", ...args] = read(`/proc/${pid}/cmdline`).split("\0");
    if (!program.endsWith("systemd-nspawn")) return [];
    const machine = args.find((argument) => argument.startsWith(`--machine=${name}-`));
    return machine === undefined ? [] : [machine.slice(`--machine=${name}-`.length)];
  });
}

function groupsOf(name: string): { id: string; busy: boolean }[] {
  const mounts = ["", ...entries("/sys/fs/cgroup")].map((one) => join("/sys/fs/cgroup", one, name)).filter(existsSync);
  return mounts.flatMap((mount) =>
    entries(mount)
      .filter((one) => /^\d+$/.test(one))
      .map((id) => ({ id, busy: hasProcesses(join(mount, id)) })),
  );
}

function hasProcesses(group: string): boolean {
  if (read(join(group, "cgroup.procs")).trim() !== "") return true;
  return readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .some(({ name }) => hasProcesses(join(group, name)));
}

async function portsOf(namespace: string): Promise<string[]> {
  const { stdout } = await execute("ip", ["-netns", namespace, "-json", "link", "show"], { timeout: 10_000 });
  const links = JSON.parse(stdout === "" ? "[]" : stdout) as { ifname: string }[];
  return links
    .map(({ ifname }) => ifname)
    .filter((one) => /^(pub|prv)\d+$/.test(one))
    .sort();
}

async function programsIn(namespace: string): Promise<string[]> {
  const { stdout } = await execute("ip", ["netns", "pids", namespace], { timeout: 10_000 });
  const given = entries("/proc").filter(
    (pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).split("\0").includes(`/run/netns/${namespace}`),
  );
  const pids = new Set([...stdout.split("\n").filter((pid) => pid !== ""), ...given]);
  return [...pids].map((pid) => read(`/proc/${pid}/comm`).trim()).sort();
}

function loops(room: string): string[] {
  return entries("/sys/block")
    .filter((one) => one.startsWith("loop"))
    .map((one) => read(`/sys/block/${one}/loop/backing_file`).trim())
    .filter((file) => file.startsWith(`${room}/`))
    .sort();
}

function entries(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Of a process or a device that went away meanwhile.
    return "";
  }
}
