import { findRegion } from "../catalogue/regions";
import type { Volume } from "../state";
import { regionBody } from "./catalogue";

export function volumeBody(volume: Volume): object {
  const { id, name, description, sizeGb, region, filesystemType, filesystemLabel, tags, dropletId, createdAt } = volume;
  const found = findRegion(region);
  return {
    id,
    ...(found === undefined ? {} : { region: regionBody(found) }),
    droplet_ids: dropletId === undefined ? [] : [dropletId],
    name,
    description,
    size_gigabytes: sizeGb,
    created_at: createdAt,
    filesystem_type: filesystemType,
    filesystem_label: filesystemLabel,
    tags,
  };
}
