import type { CloudState } from "../../../../sandbox/digitalocean/state";
import type { Dice } from "../dice";
import { dropletId } from "./droplets";
import { type Kind, nobody, regions } from "./kind";

const volumeNames = ["data", "logs", "Not-Lower", "-"] as const;

export const storageKinds = {
  createVolume: ({ snapshots }, dice) => ({
    method: "POST",
    path: "/v2/volumes",
    body: {
      name: dice.from(volumeNames),
      size_gigabytes: dice.from([1, 2, 5, 0]),
      region: dice.from(regions),
      ...(dice.oneIn(3) ? { filesystem_type: dice.from(["ext4", "xfs", "ntfs"]) } : {}),
      ...(dice.oneIn(5)
        ? {
            snapshot_id: dice.known(
              snapshots.filter(({ resourceType }) => resourceType === "volume").map(({ id }) => id),
              nobody.uuid,
            ),
          }
        : {}),
    },
  }),
  deleteVolume: (there, dice) => ({ method: "DELETE", path: `/v2/volumes/${volumeId(there, dice)}` }),
  attachVolume: (there, dice) => ({
    method: "POST",
    path: `/v2/volumes/${volumeId(there, dice)}/actions`,
    body: { type: "attach", droplet_id: dropletId(there, dice) },
  }),
  detachVolume: (there, dice) => {
    const attached = there.volumes.filter(({ dropletId: on }) => on !== undefined);
    const id = dice.known(
      attached.map((volume) => volume.id),
      nobody.uuid,
    );
    const on = attached.find((volume) => volume.id === id)?.dropletId ?? dropletId(there, dice);
    return { method: "POST", path: `/v2/volumes/${id}/actions`, body: { type: "detach", droplet_id: on } };
  },
  resizeVolume: (there, dice) => ({
    method: "POST",
    path: `/v2/volumes/${volumeId(there, dice)}/actions`,
    body: { type: "resize", size_gigabytes: dice.from([3, 8, 1]) },
  }),
  snapshotVolume: (there, dice) => ({
    method: "POST",
    path: `/v2/volumes/${volumeId(there, dice)}/snapshots`,
    body: { name: dice.from(["nightly", "weekly"]) },
  }),
  deleteSnapshot: (there, dice) => ({ method: "DELETE", path: `/v2/snapshots/${snapshotId(there, dice)}` }),
} satisfies Record<string, Kind>;

function volumeId({ volumes }: Readonly<CloudState>, dice: Dice): string {
  return dice.known(
    volumes.map(({ id }) => id),
    nobody.uuid,
  );
}

function snapshotId({ snapshots }: Readonly<CloudState>, dice: Dice): string {
  return dice.known(
    snapshots.map(({ id }) => id),
    nobody.uuid,
  );
}
