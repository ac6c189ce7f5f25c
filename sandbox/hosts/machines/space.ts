import { existsSync } from "node:fs";
import { mkdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { run } from "../storage/command";
import { removeTree } from "../storage/folders";
import { disk } from "./layout";

/**
 * What a machine changes is kept in a folder on this machine's disk, which has more room than the machine's size says. A
 * machine whose disk is to be full gets a file system of that size of its own, in a file with holes, and what it changes
 * is kept there: then its disk is full as any is. It is mounted only in the machine's own mount namespace, or in that of
 * one command, so that nothing stays mounted whatever ends.
 */
const file = "space.img";
const mountPoint = "space";

/** Moves the disk that is in a machine's folder into a file system of its own. */
export async function makeSpace(folder: string, sizeGb: number): Promise<void> {
  const content = join(folder, "space.content");
  await removeTree(content);
  await mkdir(content, { mode: 0o700 });
  for (const name of [disk.upper, disk.work]) {
    await rename(join(folder, name), join(content, name));
    await symlink(join(mountPoint, name), join(folder, name));
  }
  await writeFile(join(folder, file), "", { mode: 0o600 });
  await truncate(join(folder, file), sizeGb * 2 ** 30);
  // Nothing is set aside for root, who fills it.
  const options = ["-q", "-F", "-m", "0", "-d", content];
  await run(["mkfs.ext4", ...options, join(folder, file)], { action: "making a disk that can be full" });
  await mkdir(join(folder, mountPoint));
  await removeTree(content);
}

export async function removeSpace(folder: string): Promise<void> {
  for (const name of [file, mountPoint, "space.content"])
    await rm(join(folder, name), { recursive: true, force: true });
}

export function hasSpace(folder: string): boolean {
  return existsSync(join(folder, file));
}

/** Line of the script that starts a machine, for a process in its folder. */
export const mountSpace = `[ ! -e ${file} ] || mount -o loop ${file} ${mountPoint}`;

/**
 * A command that sees the disk in a machine's folder. It runs programs of this machine only.
 * @param supervisor The machine's, when it is on.
 */
export function inSpace(
  folder: string,
  supervisor: number | undefined,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  if (!hasSpace(folder)) return command;
  if (supervisor !== undefined) return ["nsenter", `--mount=/proc/${supervisor}/ns/mnt`, ...command];
  const script = `cd "$1" && shift && ${mountSpace} && exec "$@"`;
  return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", folder, ...command];
}

/**
 * Takes the whole rest of a running machine's disk, from outside: with a file that the machine does not see. It takes
 * nothing of this machine's own disk, because nothing is written into it.
 */
const fill = `set -u
cd "$1"
size=$(stat -f -c %S .)
while left=$(stat -f -c %a .) && [ "$left" -gt 0 ]; do
  # A number of blocks that can't be had in one piece is tried in halves.
  while [ "$left" -gt 0 ] && ! fallocate --offset "$(stat -c %s ballast 2>/dev/null || echo 0)" --length $((left * size)) ballast 2>/dev/null; do
    left=$((left / 2))
  done
  [ "$left" -gt 0 ] || break
done
`;

export async function fillSpace(folder: string, supervisor: number): Promise<void> {
  const command = ["sh", "-c", fill, "sh", join(folder, mountPoint)] as const;
  await run(inSpace(folder, supervisor, command), { action: "filling a disk" });
}

/** Bytes of a disk of its own that the machine can still use. */
export async function freeSpace(folder: string, supervisor: number | undefined): Promise<number> {
  const command = ["stat", "-f", "-c", "%a %S", join(folder, mountPoint)] as const;
  const text = await run(inSpace(folder, supervisor, command), { action: "measuring a disk" });
  const [blocks = 0, size = 0] = text.trim().split(" ").map(Number);
  return blocks * size;
}
