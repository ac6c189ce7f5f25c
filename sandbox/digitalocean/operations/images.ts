import { forgetSnapshot, requireSnapshotImage } from "../models/images";
import type { Action } from "../state";
import type { Operations } from "./operation";

/** Of the account's own images. */
export const imageOperations: Operations = {
  destroy: {
    act: (hosts, _state, action) => hosts.destroySnapshot(imageIdOf(action)),
    done: (draft, action) => {
      forgetSnapshot(draft, imageIdOf(action));
    },
  },
  convert: {
    done: (draft, action) => {
      const image = requireSnapshotImage(draft, imageIdOf(action));
      image.kind = "snapshot";
      delete image.expiresAt;
    },
  },
  // The sandbox keeps everything in one place: what was in one region can be had in another at once.
  transfer: {
    done: (draft, action) => {
      const image = requireSnapshotImage(draft, imageIdOf(action));
      const { region } = action.input;
      if (region !== undefined && !image.regions.includes(region)) image.regions.push(region);
    },
  },
};

function imageIdOf({ target }: Action): string {
  if (target.kind !== "image") throw new Error(`the action's target is a ${target.kind}`);
  return String(target.imageId);
}
