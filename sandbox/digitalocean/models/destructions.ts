import { conflict, notFound, unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, CloudState, Destruction, DestructionItem, Droplet, Snapshot } from "../state";
import { addAction, isLocked, refuseWhenLocked, refuseWhenSnapshotBusy, refuseWhenVolumeBusy } from "./actions";
import { requireDroplet } from "./droplets";
import { snapshotsOf } from "./snapshots";
import { volumesOf } from "./volume-actions";

/** How many of them are remembered. */
const remembered = 100;

/** The action that destroys a droplet and what goes with it. */
const type = "destroy_with_resources";

export interface Associated {
  readonly kind: DestructionItem["kind"];
  readonly id: string;
  readonly name: string;
  /** GiB, of what is billed by size. */
  readonly sizeGb?: number;
}

/** What would go on costing after the droplet: reserved IPs and volumes in it, its snapshots, and its volumes' snapshots. */
export function associatedWith(state: CloudState, droplet: Droplet): Associated[] {
  const volumes = volumesOf(state, droplet.id);
  const snapshots = (of: Snapshot["resourceType"], id: string): Snapshot[] =>
    snapshotsOf(state, { kind: "snapshot", type: of, id });
  const as = (kind: DestructionItem["kind"]) => (one: Omit<Associated, "kind">) => ({
    kind,
    id: one.id,
    name: one.name,
    ...(one.sizeGb === undefined ? {} : { sizeGb: one.sizeGb }),
  });
  const addresses = state.reservedIps.filter(({ dropletId }) => dropletId === droplet.id);
  return [
    ...addresses.map(({ ip }) => ({ id: ip, name: ip })).map(as("reserved_ip")),
    ...snapshots("droplet", String(droplet.id)).map(as("snapshot")),
    ...volumes.map(as("volume")),
    ...volumes.flatMap(({ id }) => snapshots("volume", id)).map(as("volume_snapshot")),
  ];
}

/** What a request may choose of them, by kind; addresses also as the number that the API knows them by. */
export type Choice = Readonly<Partial<Record<DestructionItem["kind"], readonly string[]>>>;

/**
 * Destroys a droplet together with what is associated.
 * @param choice what of it; default: all
 */
export function destroyWith(draft: CloudState, id: number, context: Context, choice?: Choice): Action {
  const droplet = requireDroplet(draft, id);
  refuseWhenLocked(draft, id);
  const all = associatedWith(draft, droplet);
  const chosen = choice === undefined ? all : choose(all, choice);
  for (const item of chosen) refuseWhenItemBusy(draft, item);
  const destruction: Destruction = {
    dropletId: id,
    dropletName: droplet.name,
    resources: chosen.map(({ kind, id: itemId, name }) => ({ kind, id: itemId, name })),
  };
  const others = (draft.destructions ?? []).filter((one) => one.dropletId !== id);
  draft.destructions = [...others, destruction].slice(-remembered);
  return begin(draft, droplet, context);
}

/** Tries again what failed. */
export function retryDestruction(draft: CloudState, id: number, context: Context): Action {
  const destruction = getDestruction(draft, id);
  if (destruction.completedAt === undefined) throw conflict("A destroy is already in progress for this Droplet.");
  if (failuresOf(destruction) === 0) throw unprocessable("Nothing has failed that could be tried again.");
  const droplet = requireDroplet(draft, id);
  if (isLocked(draft, id)) throw conflict("Droplet already has a pending event.");
  for (const item of destruction.resources) delete item.error;
  delete destruction.error;
  delete destruction.completedAt;
  return begin(draft, droplet, context);
}

export function getDestruction(state: CloudState, dropletId: number): Destruction {
  const found = state.destructions?.find((one) => one.dropletId === dropletId);
  if (found === undefined) throw notFound();
  return found;
}

export function failuresOf({ resources, error }: Destruction): number {
  return resources.filter((one) => one.error !== undefined).length + (error === undefined ? 0 : 1);
}

/** The number the original gives an address: here its own. */
export function addressNumber(ip: string): string {
  return String(ip.split(".").reduce((number, byte) => number * 256 + Number(byte), 0));
}

function begin(draft: CloudState, { id, region }: Droplet, { now }: Context): Action {
  return addAction(draft, type, { kind: "droplet", dropletId: id }, { region, now });
}

function choose(all: readonly Associated[], choice: Choice): Associated[] {
  const kinds: readonly DestructionItem["kind"][] = ["reserved_ip", "snapshot", "volume", "volume_snapshot"];
  return kinds.flatMap((kind) =>
    (choice[kind] ?? []).map((id) => {
      const found = all.find(
        (one) => one.kind === kind && (one.id === id || (kind === "reserved_ip" && addressNumber(one.id) === id)),
      );
      if (found === undefined) throw unprocessable(`${kind} ${id} is not associated with the Droplet.`);
      return found;
    }),
  );
}

function refuseWhenItemBusy(draft: CloudState, { kind, id }: Associated): void {
  if (kind === "volume") refuseWhenVolumeBusy(draft, id);
  if (kind === "snapshot" || kind === "volume_snapshot") refuseWhenSnapshotBusy(draft, id);
}
