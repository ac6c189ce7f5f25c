import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";

import { removeTree } from "./folders";
import { closeAllLoops } from "./loops";
import { Snapshots, snapshotsFolder } from "./snapshots";
import { Volumes, volumesFolder } from "./volumes";

export * from "./errors";
export type { Snapshots } from "./snapshots";
export type { Volumes } from "./volumes";

/** The volumes and snapshots of the sandbox in a directory. Half made ones that a crash left are removed. */
export async function openStorage(directory: string): Promise<{ volumes: Volumes; snapshots: Snapshots }> {
  const snapshots = await Snapshots.open(directory);
  return { snapshots, volumes: await Volumes.open(directory, snapshots) };
}

/**
 * Removes the volumes and snapshots of the sandbox in a directory, for the directory's removal: its machines have to be
 * gone. Works after a crash, and when there is nothing.
 */
export async function removeStorage(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  const place = await realpath(directory);
  await closeAllLoops(join(place, volumesFolder));
  for (const folder of [volumesFolder, snapshotsFolder]) await removeTree(join(place, folder));
}
