import { retentionDays, windowEnd, windowLengthHours, windowStarts } from "../models/backups";
import { type BackupPolicy, type Droplet, type DropletBackups, weekdays } from "../state";

export function backupWindowBody({ nextWindow }: DropletBackups): object {
  return { start: nextWindow, end: windowEnd(nextWindow) };
}

export function backupStateBody({ id, backups }: Droplet): object {
  return {
    droplet_id: id,
    backup_enabled: backups !== undefined,
    ...(backups === undefined
      ? {}
      : { backup_policy: policyBody(backups.policy), next_backup_window: backupWindowBody(backups) }),
  };
}

export const supportedPolicies: readonly object[] = [
  { name: "weekly", ...planBody("weekly"), possible_days: weekdays },
  { name: "daily", ...planBody("daily"), possible_days: [] },
];

function planBody(plan: BackupPolicy["plan"]): object {
  return {
    possible_window_starts: windowStarts,
    window_length_hours: windowLengthHours,
    retention_period_days: retentionDays[plan],
  };
}

function policyBody({ plan, weekday, hour }: BackupPolicy): object {
  return {
    plan,
    ...(weekday === undefined ? {} : { weekday }),
    hour,
    window_length_hours: windowLengthHours,
    retention_period_days: retentionDays[plan],
  };
}
