import { lockedBy } from "../models/actions";
import type { CloudState } from "../state";

/** What a droplet's body says that stands at other resources, for all droplets at once: lists are long. */
export interface DropletFacts {
  readonly locked: ReadonlySet<number>;
  readonly volumeIds: ReadonlyMap<number, readonly string[]>;
  readonly snapshotIds: ReadonlyMap<number, readonly number[]>;
  readonly backupIds: ReadonlyMap<number, readonly number[]>;
}

/** A state that everybody may see is never changed, so that what was found in it stays right. */
const known = new WeakMap<Readonly<CloudState>, DropletFacts>();

/** @param state the cloud's, not a draft */
export function dropletFacts(state: Readonly<CloudState>): DropletFacts {
  const found = known.get(state);
  if (found !== undefined) return found;
  const made = facts(state);
  known.set(state, made);
  return made;
}

function facts({ actions, volumes, snapshots }: Readonly<CloudState>): DropletFacts {
  const images = (kind: "snapshot" | "backup"): Map<number, number[]> =>
    grouped(
      snapshots.filter(
        (one) => one.resourceType === "droplet" && one.kind === kind && one.made && one.deleted !== true,
      ),
      ({ resourceId }) => Number(resourceId),
      ({ id }) => Number(id),
    );
  return {
    locked: new Set(actions.map(lockedBy).filter((id) => id !== undefined)),
    volumeIds: grouped(
      volumes,
      ({ dropletId }) => dropletId,
      ({ id }) => id,
    ),
    snapshotIds: images("snapshot"),
    backupIds: images("backup"),
  };
}

function grouped<Item, Value>(
  items: readonly Item[],
  keyOf: (item: Item) => number | undefined,
  valueOf: (item: Item) => Value,
): Map<number, Value[]> {
  const groups = new Map<number, Value[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), valueOf(item)]);
  }
  return groups;
}
