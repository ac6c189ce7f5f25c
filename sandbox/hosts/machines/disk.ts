import { execFile } from "node:child_process";
import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { seedFolder } from "./seed";

const run = promisify(execFile);

/**
 * A machine's folder. The names below are relative to it: the machine is started inside, so that no path of this
 * machine has to be written into mount options.
 */
export const disk = {
  /** Link to the image the machine was made from. */
  lower: "lower",
  /** What the machine has changed. */
  upper: "upper",
  work: "work",
  /** Where its file system is mounted: in a mount namespace that lives as long as the machine. */
  root: "root",
  console: "console.log",
} as const;

/** Makes an empty disk over an image, with what cloud-init is told in it. Whatever was there is gone. */
export async function createDisk(folder: string, image: string, seed: Readonly<Record<string, string>>): Promise<void> {
  await removeDisk(folder);
  for (const name of [disk.upper, disk.work, disk.root]) await mkdir(join(folder, name), { recursive: true });
  await symlink(image, join(folder, disk.lower));
  const target = join(folder, disk.upper, seedFolder);
  await mkdir(target, { recursive: true });
  for (const [name, content] of Object.entries(seed)) {
    // User data holds the host's private key.
    await writeFile(join(target, name), content, { mode: 0o600 });
  }
}

export async function removeDisk(folder: string): Promise<void> {
  await removeTree(join(folder, disk.upper));
  await removeTree(join(folder, disk.work));
  for (const name of [disk.root, disk.lower]) await rm(join(folder, name), { recursive: true, force: true });
}

/**
 * Overlays are mounted `volatile` (nothing waits for this machine's own disk, which makes installing packages about
 * twice as fast) and refuse a second mount, because a crash of this machine may have cost data. A crash of the sandbox
 * does not.
 */
export async function allowMount(folder: string): Promise<void> {
  await rm(join(folder, disk.work, "work", "incompat"), { recursive: true, force: true });
}

/** The options by which a machine's file system is mounted, for a process that is in its folder. */
export const overlayOptions = `lowerdir=${disk.lower},upperdir=${disk.upper},workdir=${disk.work},volatile`;

/** The last lines of the machine's console, without control sequences. */
export async function consoleTail(folder: string, lines = 15): Promise<string> {
  const text = await readFile(join(folder, disk.console), "utf8").catch(() => "");
  const plain = text.replace(/\u001b(?:\[[0-9;?]*[A-Za-z]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[=>()][AB0]?)|\r/g, "");
  return plain.split("\n").filter(Boolean).slice(-lines).join("\n");
}

/** Writes a file so that a crash leaves the old text or the new one. Only root may read it. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Machines have tens of thousands of files: `rm` is several times faster than the runtime's own. */
export async function removeTree(path: string): Promise<void> {
  await run("rm", ["-rf", "--one-file-system", "--", path], { timeout: 120_000 });
}
