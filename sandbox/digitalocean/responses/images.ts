import { findImage } from "../catalogue/images";
import type { AnyImage } from "../models/images";
import type { Snapshot } from "../state";
import { imageBody } from "./catalogue";

export function anyImageBody(image: AnyImage): object {
  return "public" in image ? imageBody(image.public) : ownImageBody(image.own);
}

/** A snapshot or a backup of a droplet, as an image. */
export function ownImageBody(snapshot: Snapshot): object {
  const { id, name, kind, baseImage, regions, createdAt, minDiskGb, sizeGb, tags, deleted } = snapshot;
  return {
    id: Number(id),
    name,
    distribution: findImage(baseImage ?? "")?.distribution ?? "Unknown",
    slug: null,
    public: false,
    regions,
    created_at: createdAt,
    min_disk_size: minDiskGb,
    type: kind,
    size_gigabytes: sizeGb,
    description: "",
    tags,
    status: deleted === true ? "deleted" : "available",
    error_message: "",
  };
}
