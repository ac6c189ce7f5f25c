import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import type { MachineFault } from "../hosts";
import type { Device } from "../storage/volumes";
import { deviceFunctions, deviceWord } from "./devices";
import { overlayOptions } from "./disk";
import { initArguments } from "./faults";
import { disk } from "./layout";
import { mountSpace } from "./space";

export interface Launch {
  /** Unique on this machine. */
  readonly name: string;
  readonly hostname: string;
  readonly uuid: string;
  /** Path of the network namespace with the machine's interfaces. */
  readonly netns: string;
  /** Where the process joins the machine's cgroups. */
  readonly groups: readonly string[];
  /** The block devices that are in the machine from its start. */
  readonly devices: readonly Device[];
  readonly fault?: MachineFault | undefined;
}

/**
 * What happens between our process and the machine's supervisor, in the machine's network and mount namespaces: limits
 * last, because the machine's own mounts are none of its rights, but before anything of the machine runs.
 *
 * The supervisor takes a /dev that it finds mounted, and adds what belongs there. So volumes are there before the
 * machine's init is, and its /etc/fstab finds them.
 *
 * IPv6 addresses are not searched for duplicates: there are none, and the search costs a second of every boot.
 */
const prepare = `set -eu
${deviceFunctions}
root=$1
shift
for file in /proc/sys/net/ipv6/conf/*/accept_dad; do
  echo 0 >"$file"
done
${mountSpace}
mount -t overlay overlay -o ${overlayOptions} "$root"
mount -t tmpfs -o nosuid,strictatime,mode=755,size=4m,nr_inodes=128k tmpfs "$root/dev"
while [ "$1" != -- ]; do
  (cd "$root/dev" && lay "$1")
  shift
done
shift
while [ "$1" != -- ]; do
  echo 0 >"$1"
  shift
done
shift
exec "$@"
`;

/**
 * Program and arguments that boot a machine, for a process in its folder. The supervisor enters the network namespace
 * before it makes the machine's /sys, or that would show this machine's interfaces; and it is told of it as well, so that
 * it gives the machine the rights over it.
 */
export function launchCommand(launch: Launch): readonly [string, ...string[]] {
  const { name, hostname, uuid, netns, groups, devices, fault } = launch;
  return [
    ...["nsenter", `--net=${netns}`],
    ...["unshare", "--mount", "--propagation", "private"],
    ...["sh", "-c", prepare, "sh", disk.root, ...devices.map(deviceWord), "--", ...groups, "--"],
    ...["systemd-nspawn", "--quiet", "--boot", `--directory=${disk.root}`],
    ...[`--machine=${name}`, `--uuid=${uuid}`, ...(isHostname(hostname) ? [`--hostname=${hostname}`] : [])],
    ...["--register=no", "--keep-unit", "--link-journal=no", "--console=read-only"],
    ...["--resolv-conf=off", "--timezone=off"],
    `--network-namespace-path=${netns}`,
    "--capability=CAP_NET_ADMIN,CAP_NET_RAW",
    // With device nodes of its own making, a machine would reach the disks of this one.
    "--drop-capability=CAP_MKNOD",
    ...initArguments(fault),
  ] as const;
}

/** What the supervisor is told by its environment, and nothing of ours. */
export const launchEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  TERM: "dumb",
  // The guest's systemd knows cgroup version 2 only.
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
  // Two owners are kept apart before that, and a killed supervisor would leave its lock.
  SYSTEMD_NSPAWN_LOCK: "0",
  // The machine sets the network's kernel parameters itself.
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network",
};

/** cloud-init sets the name in the end; until then the supervisor's rules for one have to be kept. */
function isHostname(name: string): boolean {
  return (
    name.length <= 64 && name.split(".").every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(label))
  );
}

const supervisorFiles = "/run/systemd/nspawn/propagate";

/** Removes what supervisors that were killed could not remove themselves: those of one sandbox, or of one machine. */
export async function removeSupervisorFiles(sandbox: string, id?: number): Promise<void> {
  const names = await readdir(supervisorFiles).catch(() => []);
  const own = names.filter((name) => (id === undefined ? name.startsWith(`${sandbox}-`) : name === `${sandbox}-${id}`));
  for (const name of own) await rm(join(supervisorFiles, name), { recursive: true, force: true });
}
