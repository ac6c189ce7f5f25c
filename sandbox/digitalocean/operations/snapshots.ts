import { expiryOf } from "../models/backups";
import { requireDroplet } from "../models/droplets";
import { gigabytes, keepDropletSnapshot } from "../models/snapshots";
import { machineSpec } from "../room";
import type { Action } from "../state";
import { dropletIdOf, machine, onDroplet } from "./on-droplet";
import type { Act, Operation, Operations } from "./operation";

/** What a killed daemon may have left of it is thrown away before. */
const take: Act = machine(async (hosts, { id }, { input }, { note }) => {
  const snapshotId = snapshotIdOf(input);
  await hosts.destroySnapshot(snapshotId);
  note(await hosts.snapshotMachine(id, snapshotId));
});

/** A machine that was on when the daemon was killed is off now, and it was not the snapshot that switched it off. */
const takeAgain: Act = machine(async (hosts, droplet, action, desk, state) => {
  if (droplet.power === "on") await hosts.powerOn(droplet.id);
  await take(hosts, state, action, desk);
});

function taken(kind: "snapshot" | "backup"): Operation {
  return {
    act: take,
    again: takeAgain,
    done: (draft, action, { now }, { bytes = 0 }) => {
      const { input } = action;
      keepDropletSnapshot(draft, requireDroplet(draft, dropletIdOf(action)), {
        id: snapshotIdOf(input),
        name: input.name ?? "",
        kind,
        sizeGb: gigabytes(bytes),
        createdAt: now,
        ...(input.backupPolicy === undefined ? {} : { expiresAt: expiryOf(input.backupPolicy, now) }),
      });
    },
    undo: (hosts, _state, { input }) => hosts.destroySnapshot(snapshotIdOf(input)),
  };
}

/** Snapshots that somebody asks for, backups that the plan makes, and going back to one. */
export const dropletSnapshotOperations: Operations = {
  snapshot: taken("snapshot"),
  backup: taken("backup"),
  restore: {
    act: machine((hosts, droplet, { input }) =>
      hosts.rebuild(machineSpec({ ...droplet, image: input.image ?? droplet.image })),
    ),
    // The droplet's image stays the one that it was made from.
    done: onDroplet((droplet) => {
      droplet.power = "on";
    }),
  },
};

function snapshotIdOf({ snapshotId }: Action["input"]): string {
  if (snapshotId === undefined) throw new Error("the action names no snapshot");
  return snapshotId;
}
