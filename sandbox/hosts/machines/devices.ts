import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { run } from "../storage/command";
import type { Device } from "../storage/volumes";
import { disk } from "./layout";

/**
 * Functions of the shell that put block devices into a machine's /dev and take them out, for a process that is there.
 * The machine may have changed what lies in its /dev, so each folder is entered before anything is done in it, and has
 * to be where it is said to be: a link of the machine's leads nowhere.
 */
export const deviceFunctions = `
enter() {
  [ -d "$1" ] || mkdir "$1"
  above=$(pwd -P)
  cd -P "$1"
  [ "$(pwd -P)" = "\${above%/}/$1" ] || { echo "the machine's $above/$1 leads somewhere else" >&2; exit 1; }
}
lay() {
  IFS=: read -r node major minor link <<DEVICE
$1
DEVICE
  rm -f -- "$node"
  mknod -m 660 "$node" b "$major" "$minor"
  # Debian's group disk.
  chown 0:6 "$node"
  (enter disk && enter by-id && rm -f -- "$link" && ln -s "../../$node" "$link")
}
take() {
  IFS=: read -r node major minor link <<DEVICE
$1
DEVICE
  rm -f -- "$node"
  (enter disk && enter by-id && rm -f -- "$link")
}
`;

/** A device as the functions above take it. */
export function deviceWord({ node, number, link }: Device): string {
  return `${node}:${number}:${link}`;
}

/**
 * Puts a device into the /dev of a running machine, or takes it out. This is done from its supervisor's mount namespace,
 * which the machine can't change: no program of the machine is run, and no path of its making is followed.
 * @param folder The machine's.
 */
export async function changeDevice(
  what: "lay" | "take",
  device: Device,
  { folder, supervisor }: { readonly folder: string; readonly supervisor: number },
): Promise<void> {
  const script = `set -eu\n${deviceFunctions}\ncd "$1"\n${what} "$2"\n`;
  const place = join(folder, disk.root, "dev");
  const command = ["sh", "-c", script, "sh", place, deviceWord(device)];
  await run(["nsenter", `--mount=/proc/${supervisor}/ns/mnt`, ...command], { action: `changing ${device.link}` });
}

/** FS_IOC_SHUTDOWN, which ext4, XFS and others have; without writing anything more (2). */
const shutDown = `use Fcntl;
my ($path, $device) = @ARGV;
sysopen(my $place, $path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK) or die "$!\\n";
(stat($place))[0] == $device or die "another file system is there\\n";
my $flags = pack("L", 2);
ioctl($place, 0x8004587D, $flags) or die "$!\\n";
`;

/**
 * Takes a device away from whoever has mounted it, as if it had been pulled: every access fails from now on with an
 * input/output error. What was not written yet is lost.
 * @param pids the machine's processes: some see mounts that others don't
 * @returns whether any had it mounted
 */
export async function killFileSystem(number: string, pids: readonly number[]): Promise<boolean> {
  for (const pid of pids) {
    const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "");
    const mount = mounts.split("\n").find((line) => line.split(" ")[2] === number);
    if (mount === undefined) continue;
    const path = `/proc/${pid}/root${unescape(mount.split(" ")[4] ?? "")}`;
    const [major = 0, minor = 0] = number.split(":").map(Number);
    // As the kernel packs numbers of this size.
    const packed = String((major << 8) | (minor & 0xff) | ((minor & ~0xff) << 12));
    await run(["perl", "-e", shutDown, path, packed], { action: `pulling a mounted volume` });
    return true;
  }
  return false;
}

/** Spaces and the like are octal numbers in mountinfo. */
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
