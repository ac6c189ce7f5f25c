import { readFile, realpath, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import type { SnapshotSize, VolumeSpec } from "../hosts";
import { run } from "./command";
import { VolumeConflict, VolumeUnknown } from "./errors";
import { bytesOf, copyTree, Folders } from "./folders";
import { closeAllLoops, closeLoops, flushLoop, growLoop, openLoop } from "./loops";
import { writeWhole } from "./records";
import type { Snapshots } from "./snapshots";

/** A block device as a machine is to find it. */
export interface Device {
  /** Its name in `/dev`, such as `sda`. */
  readonly node: string;
  /** Its name in `/dev/disk/by-id`. */
  readonly link: string;
  /** `MAJOR:MINOR`. */
  readonly number: string;
}

/** In which machine a volume is. */
export interface Attachment {
  readonly machineId: number;
  /** The volume's name, as the machine sees it. */
  readonly name: string;
  /** As the how manieth of the machine's disks: 0 is `sda`. */
  readonly slot: number;
}

const attachment = z.object({
  machineId: z.int(),
  name: z.string(),
  slot: z.int().min(0),
}) satisfies z.ZodType<Attachment>;

const data = "data";
const record = "attachment.json";
const gigabyte = 2 ** 30;
/** `sda` to `sdz`. */
const slots = 26;

/**
 * A sandbox's volumes: a folder for each with its content, a file with holes that takes no more room than what was
 * written, and a note of the machine that it is in. It is a block device only while that machine is on.
 */
export class Volumes {
  private readonly attachments = new Map<string, Attachment>();

  private constructor(
    private readonly folders: Folders,
    private readonly snapshots: Snapshots,
  ) {}

  /** The volumes known from a sandbox's directory. What an owner left who was killed goes by {@link recover}. */
  static async open(directory: string, snapshots: Snapshots): Promise<Volumes> {
    const folders = await Folders.open(join(await realpath(directory), volumesFolder));
    const volumes = new Volumes(folders, snapshots);
    for (const id of await folders.ids()) {
      const text = await readFile(join(folders.folder(id), record), "utf8").catch(() => undefined);
      if (text !== undefined) volumes.attachments.set(id, attachment.parse(JSON.parse(text)));
    }
    return volumes;
  }

  /** Takes the devices away that an owner left who was killed: all machines have to be off. */
  async recover(): Promise<void> {
    await closeAllLoops(this.folders.path);
  }

  async create({ id, sizeGb, filesystem, label, from }: VolumeSpec): Promise<void> {
    const action = `making volume ${id}`;
    await this.folders.make(id, async (folder) => {
      const file = join(folder, data);
      if (from === undefined) await writeFile(file, "", { mode: 0o600, flag: "wx" });
      else await copyTree(this.snapshots.volumeFile(from), file, action);
      await truncate(file, sizeGb * gigabyte);
      if (filesystem !== undefined && from === undefined) await run(format(filesystem, file, label), { action });
    });
    this.attachments.delete(id);
  }

  /** Where a volume is. */
  attachmentOf(id: string): Attachment | undefined {
    return this.attachments.get(id);
  }

  /**
   * Remembers in which machine a volume is.
   * @throws VolumeConflict when it is in another one, or the machine has no room for it
   * @throws RangeError when the name could not be a file's
   */
  async attach(id: string, machineId: number, name: string): Promise<void> {
    if (!/^[A-Za-z0-9_.-]+$/.test(name)) throw new RangeError(`«${name}» can't be a device's name`);
    const folder = this.folderOf(id);
    const now = this.attachments.get(id);
    if (now?.machineId === machineId && now.name === name) return;
    if (now !== undefined) throw new VolumeConflict(id, `is in machine ${now.machineId}`);
    const taken = this.in(machineId).map(([, { slot }]) => slot);
    const slot = Array.from({ length: slots }, (_, index) => index).find((index) => !taken.includes(index));
    if (slot === undefined) throw new VolumeConflict(id, `has no room in machine ${machineId}`);
    const place: Attachment = { machineId, name, slot };
    await writeWhole(join(folder, record), `${JSON.stringify(place)}\n`);
    this.attachments.set(id, place);
  }

  /** Remembers that a volume is in no machine. */
  async detach(id: string): Promise<void> {
    if (!this.attachments.has(id)) return;
    await run(["rm", "-f", "--", join(this.folderOf(id), record)], { action: `detaching volume ${id}` });
    this.attachments.delete(id);
  }

  /** The volumes in a machine. */
  of(machineId: number): string[] {
    return this.in(machineId).map(([id]) => id);
  }

  /** Makes the volumes in a machine block devices, if they are not. */
  async open(machineId: number): Promise<Device[]> {
    return Promise.all(this.in(machineId).map(([id]) => this.openDevice(id)));
  }

  async close(machineId: number): Promise<void> {
    for (const id of this.of(machineId)) await this.closeDevice(id);
  }

  /** @throws VolumeConflict when it is in no machine */
  async openDevice(id: string): Promise<Device> {
    const place = this.attachments.get(id);
    if (place === undefined) throw new VolumeConflict(id, "is in no machine");
    const { number } = await openLoop(this.fileOf(id), `attaching volume ${id} to machine ${place.machineId}`);
    return { ...deviceNames(place), number };
  }

  /** Takes a volume's block device away; what has it open keeps a dead one until it closes it. */
  async closeDevice(id: string, patienceMs?: number): Promise<void> {
    await closeLoops(this.folderOf(id), `detaching volume ${id}`, patienceMs);
  }

  /** Writes out what the kernel holds back for a volume, its mounted file system included. */
  async flush(id: string): Promise<void> {
    await flushLoop(this.fileOf(id), `flushing volume ${id}`);
  }

  /** @throws VolumeConflict when it would become smaller */
  async resize(id: string, sizeGb: number): Promise<void> {
    const file = this.fileOf(id);
    if ((await stat(file)).size > sizeGb * gigabyte) throw new VolumeConflict(id, "can't become smaller");
    await truncate(file, sizeGb * gigabyte);
    await growLoop(file, `resizing volume ${id}`);
  }

  /** Removes a volume that is in no machine. No error when there is none. */
  async destroy(id: string): Promise<void> {
    await this.folders.remove(id);
    this.attachments.delete(id);
  }

  /** Copies what is in a volume's file. Whoever writes to it has to stand still. */
  async snapshot(id: string, snapshotId: string): Promise<SnapshotSize> {
    const file = this.fileOf(id);
    await this.snapshots.ofVolume(snapshotId, (to) => copyTree(file, to, `copying volume ${id}`));
    return { bytes: await bytesOf(this.snapshots.volumeFile(snapshotId), `measuring snapshot ${snapshotId}`) };
  }

  private in(machineId: number): [string, Attachment][] {
    return [...this.attachments].filter(([, place]) => place.machineId === machineId);
  }

  private folderOf(id: string): string {
    if (!this.folders.has(id)) throw new VolumeUnknown(id);
    return this.folders.folder(id);
  }

  private fileOf(id: string): string {
    return join(this.folderOf(id), data);
  }
}

export const volumesFolder = "volumes";

/** As DigitalOcean's machines see them (its documentation on mounting volumes). */
export function deviceNames({ name, slot }: Pick<Attachment, "name" | "slot">): Pick<Device, "node" | "link"> {
  return { node: `sd${String.fromCharCode("a".charCodeAt(0) + slot)}`, link: `scsi-0DO_Volume_${name}` };
}

function format(filesystem: "ext4" | "xfs", file: string, label = ""): readonly [string, ...string[]] {
  const name = label === "" ? [] : ["-L", label];
  return filesystem === "ext4" ? ["mkfs.ext4", "-q", "-F", ...name, file] : ["mkfs.xfs", "-q", "-f", ...name, file];
}
