import { readdir, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { run } from "./command";
import { StorageFailed } from "./errors";

/** A loop device: a file that is a block device. The whole machine shares them. */
export interface Loop {
  /** Such as `/dev/loop3`. */
  readonly device: string;
  /** The file behind it, as the kernel knows it. */
  readonly file: string;
  /** `MAJOR:MINOR`. */
  readonly number: string;
  /** Whether it was taken away while it was in use, and goes with its last user. */
  readonly going: boolean;
}

/** How long a device may stay in use by a machine that is just ending. */
const releaseMs = 10_000;

/**
 * Every loop device whose file is in a folder, whoever made it: the kernel remembers the files, so nothing has to be
 * written down to find them after a crash.
 * @param folder Absolute, without symbolic links.
 */
export async function loopsBelow(folder: string): Promise<Loop[]> {
  const names = await readdir("/sys/block").catch(() => []);
  const loops = await Promise.all(names.filter((name) => /^loop\d+$/.test(name)).map(loopNamed));
  return loops.filter((loop) => loop !== undefined).filter(({ file }) => file.startsWith(`${folder}/`));
}

/** @returns undefined when it has no file now */
async function loopNamed(name: string): Promise<Loop | undefined> {
  const read = async (file: string): Promise<string> =>
    (await readFile(`/sys/block/${name}/${file}`, "utf8").catch(() => "")).trim();
  const [file, number] = [await read("loop/backing_file"), await read("dev")];
  if (file === "" || number === "") return undefined;
  const going = (await read("loop/autoclear")) === "1";
  // The kernel marks files that were removed meanwhile.
  return { device: `/dev/${name}`, file: file.replace(/ \(deleted\)$/, ""), number, going };
}

/**
 * Makes a file a block device; one that it is already is taken, but for one that is going: a file system that somebody
 * still has mounted there would be mounted a second time.
 */
export async function openLoop(file: string, action: string): Promise<Loop> {
  const open = (await loopsOf(file)).find(({ going }) => !going);
  if (open !== undefined) return open;
  // Whoever is faster gets the free number; losetup then looks for the next.
  const device = (await run(["losetup", "--find", "--show", "--", file], { action })).trim();
  const loop = await loopNamed(device.replace(/^\/dev\//, ""));
  if (loop === undefined) throw new StorageFailed(action, `${device} was taken away at once`);
  return loop;
}

/** The kernel's view of a file that has grown. */
export async function growLoop(file: string, action: string): Promise<void> {
  for (const { device } of await loopsOf(file)) await run(["losetup", "--set-capacity", device], { action });
}

/** Writes out what the file systems and the kernel hold back for a file's device. */
export async function flushLoop(file: string, action: string): Promise<void> {
  for (const { device } of await loopsOf(file)) await run(["blockdev", "--flushbufs", device], { action });
}

/**
 * Takes the loop devices away from all files in a folder. One that is in use goes when its last user does, which a
 * machine that has just been ended has done in a moment.
 * @returns those that are still in use
 */
export async function closeLoops(folder: string, action: string, patienceMs = releaseMs): Promise<Loop[]> {
  const deadline = Date.now() + patienceMs;
  for (const { device } of await loopsBelow(folder)) {
    // It may have gone meanwhile, with its last user.
    await run(["losetup", "--detach", device], { action }).catch(async (error: unknown) => {
      if ((await loopsBelow(folder)).some((loop) => loop.device === device)) throw error;
    });
  }
  for (;;) {
    const left = await loopsBelow(folder);
    if (left.length === 0 || Date.now() >= deadline) return left;
    await sleep(20);
  }
}

/** As {@link closeLoops}, when nothing may be left. */
export async function closeAllLoops(folder: string): Promise<void> {
  const action = "taking away block devices";
  const [left] = await closeLoops(folder, action);
  if (left !== undefined) throw new StorageFailed(action, `${left.device} (${left.file}) is still in use`);
}

async function loopsOf(file: string): Promise<Loop[]> {
  return (await loopsBelow(dirname(resolve(file)))).filter((loop) => loop.file === resolve(file));
}
