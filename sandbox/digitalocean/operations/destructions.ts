import type { Hosts } from "../../hosts/hosts";
import { getDestruction } from "../models/destructions";
import { forgetDroplet } from "../models/droplets";
import { forgetSnapshot } from "../models/images";
import { volumesOf } from "../models/volume-actions";
import { forgetVolume } from "../models/volumes";
import type { CloudState, DestructionItem } from "../state";
import { dropletIdOf } from "./on-droplet";
import type { Act, Operation, Operations } from "./operation";

const dropletItself = "droplet";

/** As the API's user is to read it: the reasons are in the log. */
const words = "The sandbox could not destroy it; its log says why.";

/** What goes with the droplet first, each for itself, and the droplet only when all of that is gone. */
const act: Act = async (hosts, state, action, { note, log }) => {
  const id = dropletIdOf(action);
  const failures: Record<string, string> = {};
  const attempt = async (key: string, destroy: () => Promise<void>): Promise<void> => {
    try {
      await destroy();
    } catch (error) {
      failures[key] = words;
      log(
        `${key} could not be destroyed with droplet ${id}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  const { resources } = getDestruction(state, id);
  for (const item of resources.filter(isLeft)) {
    await attempt(keyOf(item), () => destroyItem(hosts, item));
  }
  if (Object.keys(failures).length === 0) {
    await attempt(dropletItself, async () => {
      const staying = volumesOf(state, id).filter((volume) => !resources.some((one) => one.id === volume.id));
      for (const volume of staying) await hosts.detachVolume(volume.id);
      await hosts.destroy(id);
    });
  }
  note({ failures });
};

const done: Operation["done"] = (draft, action, { now }, { failures = {} }) => {
  const id = dropletIdOf(action);
  const destruction = getDestruction(draft, id);
  for (const item of destruction.resources.filter(isLeft)) {
    const failure = failures[keyOf(item)];
    if (failure === undefined) {
      forgetItem(draft, item);
      item.destroyedAt = now;
    } else item.error = failure;
  }
  destruction.completedAt = now;
  const failure = failures[dropletItself];
  if (failure !== undefined) destruction.error = failure;
  if (Object.keys(failures).length > 0) return;
  destruction.destroyedAt = now;
  forgetDroplet(draft, id);
};

export const destructionOperations: Operations = { destroy_with_resources: { act, done } };

function isLeft({ destroyedAt }: DestructionItem): boolean {
  return destroyedAt === undefined;
}

function keyOf({ kind, id }: DestructionItem): string {
  return `${kind} ${id}`;
}

/** Addresses are only given back. */
async function destroyItem(hosts: Hosts, { kind, id }: DestructionItem): Promise<void> {
  if (kind === "volume") await hosts.destroyVolume(id);
  if (kind === "snapshot" || kind === "volume_snapshot") await hosts.destroySnapshot(id);
}

function forgetItem(draft: CloudState, { kind, id }: DestructionItem): void {
  switch (kind) {
    case "reserved_ip":
      draft.reservedIps = draft.reservedIps.filter(({ ip }) => ip !== id);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a dictionary, kept as JSON
      delete draft.projectOf[`do:floatingip:${id}`];
      return;
    case "volume":
      forgetVolume(draft, id);
      return;
    default:
      forgetSnapshot(draft, id);
  }
}
