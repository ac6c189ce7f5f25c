import { existsSync } from "node:fs";
import { readlink, realpath } from "node:fs/promises";
import { join } from "node:path";

import type { SnapshotSize } from "../hosts";
import { SnapshotUnknown } from "./errors";
import { bytesOf, Folders } from "./folders";

/** A machine's disk as it was: what it had changed, over the image it was made from. */
export interface MachineDisk {
  readonly image: string;
  /** The tree of what it had changed. */
  readonly upper: string;
}

const data = "data";
const upper = "upper";
const lower = "lower";

/** A sandbox's snapshots of volumes and of machines, each in a folder of its own. */
export class Snapshots {
  private constructor(private readonly folders: Folders) {}

  static async open(directory: string): Promise<Snapshots> {
    return new Snapshots(await Folders.open(join(await realpath(directory), snapshotsFolder)));
  }

  /** @param copy makes a file with a volume's content */
  async ofVolume(id: string, copy: (to: string) => Promise<void>): Promise<void> {
    await this.folders.make(id, (folder) => copy(join(folder, data)));
  }

  /** @param copy makes the tree `upper` and the link `lower`, as they are in the machine's folder, in a folder */
  async ofMachine(id: string, copy: (folder: string) => Promise<void>): Promise<SnapshotSize> {
    await this.folders.make(id, copy);
    return { bytes: await bytesOf(this.folders.folder(id), `measuring snapshot ${id}`) };
  }

  /** @throws SnapshotUnknown */
  volumeFile(id: string): string {
    const file = this.folders.has(id) ? join(this.folders.folder(id), data) : "";
    if (!existsSync(file)) throw new SnapshotUnknown(id, "volume");
    return file;
  }

  /** @throws SnapshotUnknown */
  async machineDisk(id: string): Promise<MachineDisk> {
    const folder = this.folders.has(id) ? this.folders.folder(id) : "";
    if (!existsSync(join(folder, upper))) throw new SnapshotUnknown(id, "machine");
    return { image: await readlink(join(folder, lower)), upper: join(folder, upper) };
  }

  /** No error when there is none. What was made from it has its own copy. */
  async destroy(id: string): Promise<void> {
    await this.folders.remove(id);
  }
}

export const snapshotsFolder = "snapshots";
