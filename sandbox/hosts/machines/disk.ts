import { lstat, mkdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { MachineSpec } from "../hosts";
import { run } from "../storage/command";
import { copyTree, removeTree } from "../storage/folders";
import type { MachineDisk } from "../storage/snapshots";
import { layWrongHostKey } from "./faults";
import { disk } from "./layout";
import { seedFolder } from "./seed";
import { hasSpace, inSpace, makeSpace, removeSpace } from "./space";

/** Makes a disk from an image, and from what a snapshot's machine had changed. Whatever was there is gone. */
export async function createDisk(
  folder: string,
  { image, upper }: Pick<MachineDisk, "image"> & Partial<MachineDisk>,
  seed: Readonly<Record<string, string>>,
  { fault, diskGb = defaultDiskGb }: Pick<MachineSpec, "fault" | "diskGb"> = {},
): Promise<void> {
  await removeDisk(folder);
  for (const name of [disk.work, disk.root]) await mkdir(join(folder, name), { recursive: true });
  if (upper === undefined) await mkdir(join(folder, disk.upper));
  else await copyTree(upper, join(folder, disk.upper), "making a disk from a snapshot");
  await symlink(image, join(folder, disk.lower));
  const target = await ownFolder(join(folder, disk.upper), seedFolder);
  for (const [name, content] of Object.entries(seed)) {
    // User data holds the host's private key.
    await writeFile(join(target, name), content, { mode: 0o600, flag: "wx" });
  }
  if (fault === "wrong-host-key") await layWrongHostKey((path) => ownFolder(join(folder, disk.upper), path, true));
  if (fault === "disk-full") await makeSpace(folder, diskGb);
}

/** Gigabytes, where nothing was said. */
export const defaultDiskGb = 25;

/**
 * Makes a folder in a tree that a machine has written, empty unless it is to be kept. What the machine put in its way is
 * removed: a link there could lead anywhere on this machine.
 * @returns its path
 */
async function ownFolder(tree: string, path: string, keep = false): Promise<string> {
  let place = tree;
  const names = path.split("/");
  for (const [index, name] of names.entries()) {
    place = join(place, name);
    const found = await lstat(place).catch(() => undefined);
    if (found?.isDirectory() === true && (keep || index < names.length - 1)) continue;
    if (found !== undefined) await removeTree(place);
    await mkdir(place);
  }
  return place;
}

export async function removeDisk(folder: string): Promise<void> {
  await removeTree(join(folder, disk.upper));
  await removeTree(join(folder, disk.work));
  for (const name of [disk.root, disk.lower]) await rm(join(folder, name), { recursive: true, force: true });
  await removeSpace(folder);
}

/**
 * Copies a disk, as a snapshot keeps it. The machine has to stand still.
 * @param to An empty folder.
 * @param supervisor The machine's, when it is on.
 */
export async function copyDisk(folder: string, to: string, supervisor: number | undefined): Promise<void> {
  await mkdir(join(to, disk.upper));
  const action = "copying a machine's disk";
  // The tree's content, also where the tree is behind a link.
  const from = `${join(folder, disk.upper)}/.`;
  if (hasSpace(folder)) {
    const command = ["cp", "-a", "--reflink=auto", "--", from, join(to, disk.upper)] as const;
    await run(inSpace(folder, supervisor, command), { action, timeoutMs: 600_000 });
  } else {
    await copyTree(from, join(to, disk.upper), action);
  }
  await symlink(await readlink(join(folder, disk.lower)), join(to, disk.lower));
}

/**
 * Overlays are mounted `volatile` (nothing waits for this machine's own disk, which makes installing packages about
 * twice as fast) and refuse a second mount, because a crash of this machine may have cost data. A crash of the sandbox
 * does not.
 */
export async function allowMount(folder: string): Promise<void> {
  const mark = join(folder, disk.work, "work", "incompat");
  if (!hasSpace(folder)) await rm(mark, { recursive: true, force: true });
  else await run(inSpace(folder, undefined, ["rm", "-rf", "--", mark]), { action: "getting a disk ready" });
}

/** The options by which a machine's file system is mounted, for a process that is in its folder. */
export const overlayOptions = `lowerdir=${disk.lower},upperdir=${disk.upper},workdir=${disk.work},volatile`;

/** The last lines of the machine's console, without control sequences. */
export async function consoleTail(folder: string, lines = 15): Promise<string> {
  const text = await readFile(join(folder, disk.console), "utf8").catch(() => "");
  const plain = text.replace(/\u001b(?:\[[0-9;?]*[A-Za-z]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[=>()][AB0]?)|\r/g, "");
  return plain.split("\n").filter(Boolean).slice(-lines).join("\n");
}
