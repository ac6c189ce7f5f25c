/** Problems of volumes and snapshots. Each kind has a stable `code`; none holds a secret. */

/** There is no volume with this id. */
export class VolumeUnknown extends Error {
  override readonly name = "VolumeUnknown";
  readonly code = "VOLUME_UNKNOWN";

  constructor(readonly volumeId: string) {
    super(`There is no volume ${volumeId} in this sandbox.`);
  }
}

/** What was asked can't be done to a volume as it is. */
export class VolumeConflict extends Error {
  override readonly name = "VolumeConflict";
  readonly code = "VOLUME_CONFLICT";

  constructor(
    readonly volumeId: string,
    /** As the end of a sentence that begins with the volume. */
    problem: string,
  ) {
    super(`Volume ${volumeId} ${problem}.`);
  }
}

/** There is no snapshot with this id, or it is of something else. */
export class SnapshotUnknown extends Error {
  override readonly name = "SnapshotUnknown";
  readonly code = "SNAPSHOT_UNKNOWN";

  constructor(
    readonly snapshotId: string,
    readonly of: "machine" | "volume",
  ) {
    super(`There is no snapshot ${snapshotId} of a ${of} in this sandbox.`);
  }
}

/** A program of the operating system that storage needs failed. */
export class StorageFailed extends Error {
  override readonly name = "StorageFailed";
  readonly code = "STORAGE_FAILED";

  constructor(
    /** What was to be done, such as `formatting volume 3e4f`. */
    readonly action: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`The sandbox's storage failed at ${action}: ${reason}.`, options);
  }
}
