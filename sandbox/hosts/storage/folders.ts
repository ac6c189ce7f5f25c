import { existsSync } from "node:fs";
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";

import { run } from "./command";

/** What is only half made lies under a name with this ending, and is of no use after a crash. */
const unfinished = ".new";

/**
 * A folder of folders, one for each volume or snapshot, by id. What is there is whole: each is made under another name
 * and renamed.
 */
export class Folders {
  private constructor(readonly path: string) {}

  /** Removes what a crash left half made. */
  static async open(path: string): Promise<Folders> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const folders = new Folders(path);
    for (const name of await readdir(path)) if (name.endsWith(unfinished)) await removeTree(join(path, name));
    return folders;
  }

  async ids(): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => !name.endsWith(unfinished));
  }

  has(id: string): boolean {
    return isId(id) && existsSync(join(this.path, id));
  }

  /** @throws RangeError when the id could not be a file's name */
  folder(id: string): string {
    if (!isId(id)) throw new RangeError(`«${id}» can't be an id here`);
    return join(this.path, id);
  }

  /** Makes a folder with what `fill` puts into it; what was there under this id is gone then. */
  async make(id: string, fill: (folder: string) => Promise<void>): Promise<void> {
    const whole = this.folder(id);
    const folder = `${whole}${unfinished}`;
    await removeTree(folder);
    await mkdir(folder, { mode: 0o700 });
    try {
      await fill(folder);
      await this.remove(id);
      await rename(folder, whole);
    } catch (error) {
      await removeTree(folder);
      throw error;
    }
  }

  /** No error when there is none. */
  async remove(id: string): Promise<void> {
    const folder = this.folder(id);
    if (!existsSync(folder)) return;
    // In one step: what is half removed must not be taken for something.
    await removeTree(`${folder}.old${unfinished}`);
    await rename(folder, `${folder}.old${unfinished}`);
    await removeTree(`${folder}.old${unfinished}`);
  }
}

function isId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(id);
}

/** Trees have tens of thousands of files: `rm` is several times faster than the runtime's own. */
export async function removeTree(path: string): Promise<void> {
  await run(["rm", "-rf", "--one-file-system", "--", path], { action: "removing files", timeoutMs: 120_000 });
}

/**
 * Copies a file or a tree with everything a file system keeps of it: holes, attributes, and the marks by which an
 * overlay knows what was removed. Where the file system can, the copy shares its blocks with the original.
 */
export async function copyTree(from: string, to: string, action: string): Promise<void> {
  await run(["cp", "-a", "--reflink=auto", "--sparse=always", "--", from, to], { action, timeoutMs: 600_000 });
}

/** What a file or tree takes of this machine's disk. */
export async function bytesOf(path: string, action: string): Promise<number> {
  if ((await stat(path)).isFile()) return (await stat(path)).blocks * 512;
  return Number(
    /^\d+/.exec(await run(["du", "-s", "--block-size=1", "--", path], { action, timeoutMs: 120_000 }))?.[0],
  );
}
