import { monthlyPrices } from "../catalogue/prices";
import { addressNumber, type Associated, failuresOf } from "../models/destructions";
import type { Destruction, DestructionItem } from "../state";

/** A month, of what is billed by size for each GiB. */
const prices: Readonly<Record<DestructionItem["kind"], number>> = {
  reserved_ip: monthlyPrices.unassignedReservedIp,
  snapshot: monthlyPrices.snapshotGb,
  volume: monthlyPrices.volumeGb,
  volume_snapshot: monthlyPrices.snapshotGb,
};

export function associatedBody(associated: readonly Associated[]): object {
  return byKind(associated, ({ kind, id, name, sizeGb = 1 }) => ({
    id: idOf({ kind, id }),
    name,
    cost: (prices[kind] * sizeGb).toFixed(2),
  }));
}

export function destructionBody(destruction: Destruction): object {
  const { dropletId, dropletName, destroyedAt, error, resources, completedAt } = destruction;
  return {
    droplet: { id: String(dropletId), name: dropletName, ...ending({ destroyedAt, error }) },
    resources: byKind(resources, ({ kind, id, name, ...rest }) => ({ id: idOf({ kind, id }), name, ...ending(rest) })),
    ...(completedAt === undefined ? {} : { completed_at: completedAt }),
    failures: failuresOf(destruction),
  };
}

function ending(one: { readonly destroyedAt?: string | undefined; readonly error?: string | undefined }): object {
  return {
    ...(one.destroyedAt === undefined ? {} : { destroyed_at: one.destroyedAt }),
    ...(one.error === undefined ? {} : { error_message: one.error }),
  };
}

/** Reserved IPs are there under their old name as well. */
function byKind<Item extends { readonly kind: DestructionItem["kind"] }>(
  items: readonly Item[],
  body: (item: Item) => object,
): object {
  const of = (kind: DestructionItem["kind"]): object[] => items.filter((one) => one.kind === kind).map(body);
  return {
    reserved_ips: of("reserved_ip"),
    floating_ips: of("reserved_ip"),
    snapshots: of("snapshot"),
    volumes: of("volume"),
    volume_snapshots: of("volume_snapshot"),
  };
}

function idOf({ kind, id }: Pick<DestructionItem, "kind" | "id">): string {
  return kind === "reserved_ip" ? addressNumber(id) : id;
}
