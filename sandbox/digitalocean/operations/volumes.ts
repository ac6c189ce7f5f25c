import type { Hosts } from "../../hosts/hosts";
import { forgetVolume, getVolume } from "../models/volumes";
import { gigabytes } from "../models/snapshots";
import type { Action, ActionInput, CloudState, Volume } from "../state";
import type { Act, Desk, Operation, Operations } from "./operation";

/** All of it can be done again where a killed daemon left it half done. */
export const volumeOperations: Operations = {
  create: {
    act: volume((hosts, { id, sizeGb, filesystemType: filesystem, filesystemLabel: label }, { snapshotId: from }) =>
      hosts.createVolume({
        id,
        sizeGb,
        ...(filesystem === "" ? {} : { filesystem }),
        ...(label === "" ? {} : { label }),
        ...(from === undefined ? {} : { from }),
      }),
    ),
    undo: volume((hosts, { id }) => hosts.destroyVolume(id)),
    failed: (draft, action) => {
      forgetVolume(draft, volumeIdOf(action));
    },
  },
  destroy: {
    act: volume((hosts, { id }) => hosts.destroyVolume(id)),
    done: (draft, action) => {
      forgetVolume(draft, volumeIdOf(action));
    },
  },
  attach_volume: {
    act: volume((hosts, { id, name }, { dropletId }) =>
      dropletId === undefined ? Promise.resolve() : hosts.attachVolume(id, dropletId, name),
    ),
    done: onVolume((one, { dropletId }) => {
      if (dropletId !== undefined) one.dropletId = dropletId;
    }),
    undo: volume((hosts, { id }) => hosts.detachVolume(id)),
  },
  detach_volume: {
    act: volume((hosts, { id }) => hosts.detachVolume(id)),
    done: onVolume((one) => {
      delete one.dropletId;
    }),
  },
  resize: {
    act: volume((hosts, { id, sizeGb: before }, { sizeGb = before }) => hosts.resizeVolume(id, sizeGb)),
    done: onVolume((one, { sizeGb }) => {
      one.sizeGb = sizeGb ?? one.sizeGb;
    }),
  },
  snapshot: {
    act: volume(async (hosts, { id }, { snapshotId = "" }, { note }) => {
      await hosts.destroySnapshot(snapshotId);
      note(await hosts.snapshotVolume(id, snapshotId));
    }),
    done: (draft, { input }, _context, { bytes = 0 }) => {
      const snapshot = draft.snapshots.find(({ id }) => id === input.snapshotId);
      if (snapshot === undefined) return;
      snapshot.sizeGb = gigabytes(bytes);
      snapshot.made = true;
    },
    undo: (hosts, _state, { input }) => hosts.destroySnapshot(input.snapshotId ?? ""),
    failed: forgetItsSnapshot,
  },
  destroy_snapshot: {
    act: (hosts, _state, { input }) => hosts.destroySnapshot(input.snapshotId ?? ""),
    done: forgetItsSnapshot,
  },
};

/** Something that is done to a volume; nothing when it is gone. */
function volume(act: (hosts: Hosts, one: Volume, input: ActionInput, desk: Desk) => Promise<void>): Act {
  return async (hosts, state, action, desk) => {
    const found = state.volumes.find(({ id }) => id === volumeIdOf(action));
    if (found !== undefined) await act(hosts, found, action.input, desk);
  };
}

function onVolume(edit: (one: Volume, input: ActionInput) => void): NonNullable<Operation["done"]> {
  return (draft, action) => {
    edit(getVolume(draft, volumeIdOf(action)), action.input);
  };
}

function forgetItsSnapshot(draft: CloudState, { input }: Action): void {
  draft.snapshots = draft.snapshots.filter(({ id }) => id !== input.snapshotId);
}

function volumeIdOf({ target }: Action): string {
  if (target.kind !== "volume") throw new Error(`the action's target is a ${target.kind}`);
  return target.volumeId;
}
