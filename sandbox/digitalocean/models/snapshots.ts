import { notFound, unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, CloudState, Droplet, Snapshot } from "../state";
import { addAction, refuseWhenSnapshotBusy } from "./actions";
import { destroyImage } from "./images";

/** Of droplets (without their backups) and of volumes, those that are ready. */
export function listSnapshots(state: CloudState, resourceType: string | undefined): Snapshot[] {
  if (resourceType !== undefined && resourceType !== "droplet" && resourceType !== "volume")
    throw unprocessable("resource_type must be droplet or volume");
  return state.snapshots.filter(
    (one) => isSnapshot(one) && (resourceType === undefined || one.resourceType === resourceType),
  );
}

/** Of a droplet by number, of a volume by UUID. */
export function getSnapshot(state: CloudState, id: string): Snapshot {
  const snapshot = state.snapshots.find((one) => one.id === id && isSnapshot(one));
  if (snapshot === undefined) throw notFound();
  return snapshot;
}

/** @throws ApiError 404 */
export function requireVolumeSnapshot(state: CloudState, id: string): Snapshot {
  const snapshot = getSnapshot(state, id);
  if (snapshot.resourceType !== "volume") throw notFound();
  return snapshot;
}

export function snapshotsOf(
  state: CloudState,
  resource: { readonly kind: Snapshot["kind"]; readonly type: Snapshot["resourceType"]; readonly id: string },
): Snapshot[] {
  return state.snapshots.filter(
    (one) =>
      isReady(one) &&
      one.kind === resource.kind &&
      one.resourceType === resource.type &&
      one.resourceId === resource.id,
  );
}

/** The request waits for the end of the action. */
export function deleteSnapshot(draft: CloudState, id: string, context: Context): Action {
  const snapshot = getSnapshot(draft, id);
  refuseWhenSnapshotBusy(draft, id);
  if (snapshot.resourceType === "droplet") return destroyImage(draft, snapshot, context);
  const target = { kind: "volume", volumeId: snapshot.resourceId } as const;
  const region = snapshot.regions[0] ?? "";
  return addAction(draft, "destroy_snapshot", target, { region, now: context.now, input: { snapshotId: id } });
}

/** What the room has just made of a droplet's disk. */
export function keepDropletSnapshot(
  draft: CloudState,
  { id: dropletId, region, disk, image }: Droplet,
  made: Pick<Snapshot, "id" | "name" | "kind" | "sizeGb" | "createdAt" | "expiresAt">,
): void {
  const base = draft.snapshots.find(({ id }) => id === image)?.baseImage ?? image;
  draft.snapshots.push({
    ...made,
    resourceType: "droplet",
    resourceId: String(dropletId),
    regions: [region],
    minDiskGb: disk,
    tags: [],
    baseImage: base,
    made: true,
  });
}

/** As the API gives sizes: in GiB, to the hundredth; nothing takes nothing. */
export function gigabytes(bytes: number): number {
  return Math.max(0.01, Math.round((bytes / 2 ** 30) * 100) / 100);
}

function isReady({ made, deleted }: Snapshot): boolean {
  return made && deleted !== true;
}

function isSnapshot(snapshot: Snapshot): boolean {
  return isReady(snapshot) && snapshot.kind === "snapshot";
}
