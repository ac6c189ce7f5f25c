import { findImage, type Image } from "../catalogue/images";
import { findRegion } from "../catalogue/regions";
import { forbidden, notFound, unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, CloudState, Snapshot } from "../state";
import { addAction, refuseWhenSnapshotBusy } from "./actions";
import { findTag } from "./tags";

/** A public image, or the account's own: a snapshot or a backup of a droplet. */
export type AnyImage = { readonly public: Image } | { readonly own: Snapshot };

/** What a droplet can be made from. */
export interface Source {
  /** The slug of a public image, or the number of a snapshot, as text. */
  readonly reference: string;
  readonly minDiskGb: number;
}

/** Public images by slug or number, own ones by number. */
export function getImage(state: CloudState, reference: string): AnyImage {
  const found = findImage(reference);
  if (found !== undefined) return { public: found };
  return { own: requireSnapshotImage(state, reference) };
}

/** @throws ApiError 404 unless it is a droplet's snapshot or backup that is ready */
export function requireSnapshotImage(state: CloudState, id: string): Snapshot {
  const own = state.snapshots.find((one) => one.id === id && isOwnImage(one));
  if (own === undefined) throw notFound();
  return own;
}

export interface ImageFilter {
  readonly type?: string | undefined;
  readonly private?: string | undefined;
  readonly tagName?: string | undefined;
}

/** The own ones first, as the original lists them. */
export function listImages(state: CloudState, publicOnes: readonly Image[], filter: ImageFilter): AnyImage[] {
  const own = state.snapshots.filter(isOwnImage).map((one) => ({ own: one }));
  if (filter.tagName !== undefined) {
    const tag = findTag(state, filter.tagName);
    return own.filter((one) => tag !== undefined && one.own.tags.includes(tag));
  }
  if (filter.private === "true") return own;
  // The sandbox has no image of an application.
  if (filter.type === "application") return [];
  const distributions = publicOnes.map((one) => ({ public: one }));
  return filter.type === "distribution" ? distributions : [...own, ...distributions];
}

/**
 * What a droplet is made from or rebuilt with.
 * @throws ApiError 422 that says what can be had
 */
export function sourceFor(
  state: CloudState,
  reference: string | number,
  { region, diskGb }: { readonly region: string; readonly diskGb: number },
): Source {
  const found = findImage(reference);
  const own = state.snapshots.find((one) => one.id === String(reference) && isOwnImage(one));
  if (found === undefined && own === undefined) {
    throw unprocessable(
      `You specified an invalid image for Droplet creation: ${reference}. The sandbox has debian-13-x64 only, ` +
        "and the snapshots and backups of its droplets.",
    );
  }
  if (own?.regions.includes(region) === false) {
    throw unprocessable(`The image ${own.id} is not available in the region ${region}: transfer it there first.`);
  }
  const minDiskGb = own?.minDiskGb ?? found?.minDiskGb ?? 0;
  if (minDiskGb > diskGb) {
    throw unprocessable(
      `The image ${reference} needs a disk of ${minDiskGb} GB or more, and this one has ${diskGb} GB.`,
    );
  }
  if (own !== undefined) refuseWhenSnapshotBusy(state, own.id);
  return { reference: own?.id ?? found?.slug ?? "", minDiskGb };
}

export function renameImage(draft: CloudState, reference: string, name: string | undefined): Snapshot {
  const own = ownOnly(getImage(draft, reference));
  if (name !== undefined) {
    if (name === "" || name.length > 255) throw unprocessable("name must have between 1 and 255 characters");
    own.name = name;
  }
  return own;
}

export function deleteImage(draft: CloudState, reference: string, context: Context): Action {
  const own = ownOnly(getImage(draft, reference));
  refuseWhenSnapshotBusy(draft, own.id);
  return destroyImage(draft, own, context);
}

export function destroyImage(draft: CloudState, { id, regions }: Snapshot, { now }: Context): Action {
  return addAction(draft, "destroy", { kind: "image", imageId: Number(id) }, { region: regions[0] ?? "", now });
}

/** When the room has it no more. Droplets that were made from it go on showing it. */
export function forgetSnapshot(draft: CloudState, id: string): void {
  const snapshot = draft.snapshots.find((one) => one.id === id);
  if (snapshot === undefined) return;
  if (draft.droplets.some(({ image }) => image === id)) {
    snapshot.deleted = true;
    snapshot.tags = [];
  } else {
    draft.snapshots = draft.snapshots.filter((one) => one !== snapshot);
  }
}

/** After a droplet has gone or was rebuilt. */
export function forgetUnusedImages(draft: CloudState): void {
  const used = new Set(draft.droplets.map(({ image }) => image));
  draft.snapshots = draft.snapshots.filter(({ id, deleted }) => deleted !== true || used.has(id));
}

export interface ImageActionInput {
  readonly type: string;
  readonly region?: string | undefined;
}

/** A backup is made a snapshot, or either gets to another region. */
export function startImageAction(draft: CloudState, id: string, input: ImageActionInput, context: Context): Action {
  const own = ownOnly(getImage(draft, id));
  refuseWhenSnapshotBusy(draft, own.id);
  const target = { kind: "image", imageId: Number(own.id) } as const;
  switch (input.type) {
    case "convert":
      if (own.kind !== "backup") throw unprocessable("Image is already a snapshot.");
      return addAction(draft, "convert", target, { region: own.regions[0] ?? "", now: context.now });
    case "transfer": {
      const region = regionFor(own, input.region);
      return addAction(draft, "transfer", target, { region, now: context.now, input: { region } });
    }
    default:
      throw unprocessable(`${input.type} is not a valid type of action.`);
  }
}

function regionFor(own: Snapshot, region: string | undefined): string {
  if (region === undefined || findRegion(region)?.available !== true) throw unprocessable("Region is not available");
  if (own.regions.includes(region)) throw unprocessable(`Image is already available in ${region}.`);
  return region;
}

function isOwnImage({ resourceType, made, deleted }: Snapshot): boolean {
  return resourceType === "droplet" && made && deleted !== true;
}

/** Public images are the original's own. */
function ownOnly(image: AnyImage): Snapshot {
  if ("public" in image) throw forbidden("You do not have access for the attempted action.");
  return image.own;
}
