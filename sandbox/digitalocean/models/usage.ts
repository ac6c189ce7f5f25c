import { backupShare, monthlyPrices, paidHours } from "../catalogue/prices";
import { findSize } from "../catalogue/sizes";
import type { CloudState, Droplet, UsageRecord } from "../state";
import { getProject, projectIdOf } from "./projects";

/** How long (ms) usage is remembered after its end: so far back go the invoices. */
const remembered = 366 * 24 * 3_600_000;

type Billable = Omit<UsageRecord, "from" | "until">;

/**
 * Brings the ledger up to date with what there is: what is new begins to cost, what is gone or costs another price now
 * ends. Called after every change, so nothing else has to think of it.
 */
export function keepUsage(draft: CloudState, now: string): void {
  const wanted = new Map(billables(draft).map((billable) => [keyOf(billable), billable]));
  const ledger = draft.usage ?? [];
  for (const record of ledger.filter(({ until }) => until === undefined)) {
    const same = wanted.get(keyOf(record));
    if (same === undefined) record.until = now;
    else Object.assign(record, same);
    wanted.delete(keyOf(record));
  }
  const oldest = Date.parse(now) - remembered;
  draft.usage = [
    ...ledger.filter(({ until }) => until === undefined || Date.parse(until) >= oldest),
    ...[...wanted.values()].map((billable) => ({ ...billable, from: now })),
  ];
}

function keyOf({ product, resourceId, hourly }: Billable): string {
  return `${product} ${resourceId} ${hourly}`;
}

function billables(state: CloudState): Billable[] {
  return [
    ...state.droplets
      .filter((droplet) => droplet.made && !isLeaving(state, droplet))
      .flatMap((one) => ofDroplet(state, one)),
    ...state.volumes.map(({ id, name, sizeGb }) => ({
      product: "Volumes" as const,
      resourceId: id,
      description: `${name} (${sizeGb} GiB)`,
      ...byMonth(sizeGb * monthlyPrices.volumeGb),
      project: projectName(state, `do:volume:${id}`),
    })),
    ...state.snapshots
      .filter(({ made, deleted, kind }) => made && deleted !== true && kind === "snapshot")
      .map(({ id, name, sizeGb }) => ({
        product: "Snapshots" as const,
        resourceId: id,
        description: `${name} (${sizeGb} GiB)`,
        ...byMonth(sizeGb * monthlyPrices.snapshotGb),
        project: "",
      })),
    ...state.reservedIps
      .filter(({ dropletId }) => dropletId === undefined)
      .map(({ ip }) => ({
        product: "Reserved IPs" as const,
        resourceId: ip,
        description: `Unused Reserved IP - ${ip}`,
        ...byMonth(monthlyPrices.unassignedReservedIp),
        project: projectName(state, `do:floatingip:${ip}`),
      })),
  ];
}

function ofDroplet(state: CloudState, { id, name, size: slug, backups }: Droplet): Billable[] {
  const size = findSize(slug);
  if (size === undefined) return [];
  const common = { resourceId: String(id), project: projectName(state, `do:droplet:${id}`) };
  const { monthly, hourly } = size;
  const share = backups === undefined ? undefined : backupShare[backups.policy.plan];
  return [
    { product: "Droplets", description: `${name} (${slug})`, monthly, hourly, ...common },
    ...(share === undefined
      ? []
      : [
          {
            product: "Backups" as const,
            description: `${name} (${share * 100}% of ${slug})`,
            ...byMonth(monthly * share),
            ...common,
          },
        ]),
  ];
}

function byMonth(monthly: number): Pick<Billable, "monthly" | "hourly"> {
  return { monthly, hourly: monthly / paidHours };
}

/** Whoever gives a droplet back pays no longer for it, though its machine takes a moment to go. */
function isLeaving(state: CloudState, { id }: Droplet): boolean {
  return state.actions.some(
    ({ type, status, target }) =>
      type.startsWith("destroy") && status === "in-progress" && target.kind === "droplet" && target.dropletId === id,
  );
}

function projectName(state: CloudState, urn: string): string {
  return getProject(state, projectIdOf(state, urn)).name;
}
