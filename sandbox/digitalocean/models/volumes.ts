import { randomUUID } from "node:crypto";

import { findRegion } from "../catalogue/regions";
import { conflict, notFound, unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, CloudState, Snapshot, Volume } from "../state";
import { refuseTooManyVolumes } from "./account";
import { addAction, refuseWhenLocked, refuseWhenSnapshotBusy, refuseWhenVolumeBusy } from "./actions";
import { requireVolumeSnapshot } from "./snapshots";
import { tagNew } from "./tags";

export interface CreateVolume {
  readonly name: string;
  readonly region?: string | null | undefined;
  readonly size_gigabytes?: number | null | undefined;
  readonly description?: string | null | undefined;
  readonly snapshot_id?: string | null | undefined;
  readonly filesystem_type?: string | null | undefined;
  readonly filesystem_label?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
}

/** 16 TiB. */
export const largestVolumeGb = 16_384;

/** How long a file system's label may be. */
const labelLengths = { "": 0, ext4: 16, xfs: 12 } as const;

/** The volume, and the action that makes it: the request waits for its end. */
export function createVolume(
  draft: CloudState,
  input: CreateVolume,
  context: Context,
): { volume: Volume; action: Action } {
  const { name } = input;
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) {
    throw unprocessable("failed to create volume: invalid volume name. names must be lowercase and alphanumeric");
  }
  const region = input.region ?? "";
  if (findRegion(region)?.available !== true) throw unprocessable("Storage is not supported for this region");
  if (draft.volumes.some((one) => one.name === name && one.region === region)) throw conflict("already exists");
  refuseTooManyVolumes(draft);
  const snapshot = snapshotFor(draft, input.snapshot_id, region);
  const id = randomUUID();
  const volume: Volume = {
    id,
    name,
    description: input.description ?? "",
    // As in the original, a snapshot decides on the size, whatever the request says.
    sizeGb: snapshot?.minDiskGb ?? sizeOf(input.size_gigabytes),
    region,
    ...(snapshot?.filesystem ?? filesystemOf(input)),
    tags: tagNew(draft, "volume", id, input.tags ?? []),
    createdAt: context.now,
  };
  draft.volumes.push(volume);
  const action = addAction(
    draft,
    "create",
    { kind: "volume", volumeId: id },
    {
      region,
      now: context.now,
      input: snapshot === undefined ? {} : { snapshotId: snapshot.id },
    },
  );
  return { volume, action };
}

export function getVolume(state: CloudState, id: string): Volume {
  const volume = state.volumes.find((one) => one.id === id);
  if (volume === undefined) throw notFound();
  return volume;
}

/** @param region where there is one of that name in several */
export function getVolumeNamed(state: CloudState, name: string | undefined, region: string | undefined): Volume {
  const found = listVolumes(state, { name: name ?? "", region });
  const [volume] = found;
  if (volume === undefined) throw notFound();
  if (found.length > 1) throw unprocessable(`there is a volume called ${volume.name} in several regions: name one`);
  return volume;
}

export function listVolumes(
  state: CloudState,
  { name, region }: { readonly name?: string | undefined; readonly region?: string | undefined },
): Volume[] {
  return state.volumes.filter(
    (one) => (name === undefined || one.name === name) && (region === undefined || one.region === region),
  );
}

/** Its snapshots stay. */
export function deleteVolume(draft: CloudState, { id, region, dropletId }: Volume, { now }: Context): Action {
  if (dropletId !== undefined)
    throw conflict("A volume that's attached to a Droplet cannot be deleted. Please detach it first.");
  refuseWhenVolumeBusy(draft, id);
  return addAction(draft, "destroy", { kind: "volume", volumeId: id }, { region, now });
}

/** When the room has it no more. */
export function forgetVolume(draft: CloudState, id: string): void {
  draft.volumes = draft.volumes.filter((one) => one.id !== id);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a dictionary, kept as JSON
  delete draft.projectOf[`do:volume:${id}`];
}

export interface CreateSnapshot {
  readonly name: string;
  readonly tags?: readonly string[] | null | undefined;
}

/** The snapshot is not seen before the action, for which the request waits, has made it. */
export function snapshotVolume(
  draft: CloudState,
  volumeId: string,
  { name, tags }: CreateSnapshot,
  { now }: Context,
): { snapshot: Snapshot; action: Action } {
  const volume = getVolume(draft, volumeId);
  if (name === "" || name.length > 255) throw unprocessable("name must have between 1 and 255 characters");
  refuseWhenVolumeBusy(draft, volumeId);
  // What its droplet does is no matter, but for its going together with its volumes.
  if (isGoing(draft, volume)) refuseWhenLocked(draft, volume.dropletId ?? 0);
  if (
    draft.snapshots.some(
      (one) => one.resourceType === "volume" && one.name === name && one.regions.includes(volume.region),
    )
  )
    throw conflict("already exists");
  const id = randomUUID();
  const { filesystemType, filesystemLabel } = volume;
  const snapshot: Snapshot = {
    id,
    name,
    resourceType: "volume",
    resourceId: volumeId,
    kind: "snapshot",
    regions: [volume.region],
    minDiskGb: volume.sizeGb,
    sizeGb: 0,
    tags: tagNew(draft, "volume_snapshot", id, tags ?? []),
    createdAt: now,
    filesystem: { filesystemType, filesystemLabel },
    made: false,
  };
  draft.snapshots.push(snapshot);
  const action = addAction(
    draft,
    "snapshot",
    { kind: "volume", volumeId },
    {
      region: volume.region,
      now,
      input: { snapshotId: id },
    },
  );
  return { snapshot, action };
}

function isGoing({ actions }: CloudState, { dropletId }: Volume): boolean {
  return actions.some(
    ({ status, type, target }) =>
      status === "in-progress" &&
      type === "destroy_with_resources" &&
      target.kind === "droplet" &&
      target.dropletId === dropletId,
  );
}

function snapshotFor(draft: CloudState, id: string | null | undefined, region: string): Snapshot | undefined {
  if (id === undefined || id === null || id === "") return undefined;
  const snapshot = requireVolumeSnapshot(draft, id);
  if (!snapshot.regions.includes(region))
    throw unprocessable("The snapshot is in another region than the volume that is to be made from it.");
  refuseWhenSnapshotBusy(draft, id);
  return snapshot;
}

function sizeOf(sizeGb: number | null | undefined): number {
  if (sizeGb === undefined || sizeGb === null || sizeGb < 1 || sizeGb > largestVolumeGb)
    throw unprocessable(`failed to create volume: size_gigabytes must be between 1 and ${largestVolumeGb}`);
  return sizeGb;
}

function filesystemOf({
  filesystem_type: type,
  filesystem_label: label,
}: CreateVolume): Pick<Volume, "filesystemType" | "filesystemLabel"> {
  const filesystemType = type ?? "";
  const filesystemLabel = label ?? "";
  if (filesystemType !== "" && filesystemType !== "ext4" && filesystemType !== "xfs")
    throw unprocessable("filesystem_type must be ext4 or xfs");
  if (filesystemType === "" && filesystemLabel !== "")
    throw unprocessable("filesystem_label goes only with a filesystem_type");
  const longest = labelLengths[filesystemType];
  if (Buffer.byteLength(filesystemLabel) > longest)
    throw unprocessable(`filesystem_label may have ${longest} characters at most for ${filesystemType}`);
  return { filesystemType, filesystemLabel };
}
