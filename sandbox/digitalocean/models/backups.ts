import { unprocessable } from "../errors";
import type { Context } from "../operations";
import {
  type BackupPolicy,
  type CloudState,
  type Droplet,
  type DropletBackups,
  timestamp,
  type Weekday,
  weekdays,
} from "../state";
import { addAction, isLocked, isSnapshotBusy } from "./actions";
import { destroyImage } from "./images";

/** What a request may say of a policy; what it leaves out has a default. */
export interface PolicyInput {
  readonly plan?: string | null | undefined;
  readonly weekday?: string | null | undefined;
  readonly hour?: number | null | undefined;
}

/** From DigitalOcean's description of its API: `GET /v2/droplets/backups/supported_policies`. */
export const windowLengthHours = 4;
export const windowStarts: readonly number[] = [0, 4, 8, 12, 16, 20];
export const retentionDays: Readonly<Record<BackupPolicy["plan"], number>> = { daily: 7, weekly: 28 };

const hour = 3_600_000;
const day = 24 * hour;

/** Without a plan it is a daily one, as DigitalOcean says; at midnight, as its command line has it. */
export function backupPolicy(input: PolicyInput | null | undefined): BackupPolicy {
  const plan = planOf(input?.plan ?? "daily");
  const start = input?.hour ?? 0;
  if (!windowStarts.includes(start))
    throw unprocessable(`backup_policy.hour must be one of ${windowStarts.join(", ")}`);
  return plan === "daily" ? { plan, hour: start } : { plan, weekday: weekdayOf(input?.weekday ?? "SUN"), hour: start };
}

/** The next window is one that has not begun yet. */
export function switchOnBackups(droplet: Droplet, policy: BackupPolicy, now: string): void {
  droplet.backups = { policy, nextWindow: windowAfter(policy, new Date(now)) };
  if (!droplet.features.includes("backups")) droplet.features.push("backups");
}

/** The backups there are already stay, until their time is over. */
export function switchOffBackups(droplet: Droplet): void {
  delete droplet.backups;
  droplet.features = droplet.features.filter((feature) => feature !== "backups");
}

/** The beginning of the first window that begins after a time. */
export function windowAfter(policy: BackupPolicy, after: Date): string {
  const midnight = Date.UTC(after.getUTCFullYear(), after.getUTCMonth(), after.getUTCDate());
  // A week later every weekday has come, and one more day covers an hour of today that is over.
  const starts = Array.from({ length: 9 }, (_, days) => new Date(midnight + days * day + policy.hour * hour));
  const start = starts.find(
    (one) => one > after && (policy.weekday === undefined || weekdays[one.getUTCDay()] === policy.weekday),
  );
  if (start === undefined) throw new Error(`no window comes after ${after.toISOString()}`);
  return timestamp(start);
}

export function windowEnd(start: string): string {
  return timestamp(new Date(Date.parse(start) + windowLengthHours * hour));
}

/** Whether {@link keepBackups} has something to do now. */
export function areBackupsDue(state: Readonly<CloudState>, now: Date): boolean {
  const at = timestamp(now);
  return (
    state.droplets.some(({ backups }) => backups !== undefined && backups.nextWindow <= at) ||
    state.snapshots.some(({ expiresAt, deleted }) => expiresAt !== undefined && expiresAt <= at && deleted !== true)
  );
}

/**
 * Begins the backups whose window has come, and removes those whose time is over. A droplet that is busy is left for the
 * next look. For all windows that went by unseen, because the sandbox was down or its clock was set forward, there is one.
 */
export function keepBackups(draft: CloudState, context: Context): void {
  for (const droplet of draft.droplets) {
    if (droplet.backups !== undefined) backUpWhenDue(draft, droplet, droplet.backups, context);
  }
  for (const snapshot of draft.snapshots) {
    const { expiresAt, deleted, id } = snapshot;
    const isOver = expiresAt !== undefined && expiresAt <= context.now && deleted !== true;
    if (isOver && !isSnapshotBusy(draft, id)) destroyImage(draft, snapshot, context);
  }
}

function backUpWhenDue(draft: CloudState, droplet: Droplet, backups: DropletBackups, context: Context): void {
  const { policy } = backups;
  if (backups.nextWindow > context.now || !droplet.made || isLocked(draft, droplet.id)) return;
  const { id, name, region } = droplet;
  const input = {
    name: `${name} ${context.now.slice(0, 10)}`,
    snapshotId: String(draft.next.image++),
    backupPolicy: policy,
  };
  addAction(draft, "backup", { kind: "droplet", dropletId: id }, { region, now: context.now, input });
  backups.nextWindow = windowAfter(policy, new Date(context.now));
}

/** When a backup that is made now is removed. */
export function expiryOf({ plan }: BackupPolicy, now: string): string {
  return timestamp(new Date(Date.parse(now) + retentionDays[plan] * day));
}

function planOf(plan: string): BackupPolicy["plan"] {
  if (plan === "daily" || plan === "weekly") return plan;
  throw unprocessable("backup_policy.plan must be daily or weekly");
}

function weekdayOf(name: string): Weekday {
  const found = weekdays.find((weekday) => weekday === name);
  if (found === undefined) throw unprocessable(`backup_policy.weekday must be one of ${weekdays.join(", ")}`);
  return found;
}
