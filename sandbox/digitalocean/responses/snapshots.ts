import type { Snapshot } from "../state";

/** As `/v2/snapshots` gives it: the number of a droplet's snapshot is text there. */
export function snapshotBody(snapshot: Snapshot): object {
  const { id, name, createdAt, regions, resourceId, resourceType, minDiskGb, sizeGb, tags } = snapshot;
  return {
    id,
    name,
    created_at: createdAt,
    regions,
    resource_id: resourceId,
    resource_type: resourceType,
    min_disk_size: minDiskGb,
    size_gigabytes: sizeGb,
    tags,
  };
}
