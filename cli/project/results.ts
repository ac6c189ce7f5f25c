import { type Estimate, UnknownPrice } from "../../driver/estimate";
import type { Backup } from "../../driver/state/backups";
import type {
  Changes,
  DestroyResult,
  HistoryEntry,
  PreviewResult,
  RefreshResult,
  StackOutputs,
  UpResult,
} from "../../driver/results";
import { stepOf } from "./json-report";

/** Results as `--json` has them: each key is named, so that it is documented before it is told. */
export const resultOf = {
  preview: (stack: string, result: PreviewResult, estimate: Estimate | UnknownPrice) => ({
    stack,
    ...commonOf(result),
    steps: result.steps.map(stepOf),
    drift: result.drift.map(stepOf),
    approval: result.approval,
    ...(estimate instanceof UnknownPrice ? {} : { estimate: estimateOf(estimate) }),
  }),
  up: (stack: string, result: UpResult) => ({
    stack,
    ...commonOf(result),
    outputs: outputsOf(result.outputs),
    ...backupOf(result),
  }),
  refresh: (stack: string, result: RefreshResult) => ({
    stack,
    ...commonOf(result),
    drift: result.drift.map(stepOf),
    ...backupOf(result),
  }),
  destroy: (stack: string, result: DestroyResult) => ({
    stack,
    ...commonOf(result),
    remaining: result.remaining,
    ...backupOf(result),
  }),
  outputs: (stack: string, outputs: StackOutputs) => ({ stack, outputs: outputsOf(outputs) }),
  history: (stack: string, entries: readonly HistoryEntry[]) => ({
    stack,
    history: entries.map(({ kind, operation, began, ended, outcome, changes }) => ({
      kind,
      ...(operation === undefined ? {} : { operation }),
      began: new Date(began).toISOString(),
      ended: new Date(ended).toISOString(),
      outcome,
      changes,
    })),
  }),
  estimate: (stack: string, estimate: Estimate) => ({ stack, estimate: estimateOf(estimate) }),
  backups: (stack: string, backups: readonly Backup[]) => ({ stack, backups: backups.map(namedBackup) }),
} as const;

interface Common {
  readonly changes: Changes;
  readonly unchanged: boolean;
  readonly warnings: PreviewResult["warnings"];
}

function commonOf({ changes, unchanged, warnings }: Common) {
  return { changes, unchanged, warnings: warnings.map(({ message }) => ({ message })) };
}

function outputsOf(outputs: StackOutputs) {
  return Object.fromEntries(Object.entries(outputs).map(([name, { value, secret }]) => [name, { value, secret }]));
}

function backupOf({ backup }: { readonly backup: Backup | undefined }) {
  return backup === undefined ? {} : { backup: backup.id };
}

export function namedBackup({ id, at, before }: Backup) {
  return { id, at: new Date(at).toISOString(), before };
}

function estimateOf({ currency, monthly, hourly, lines, prices, notIncluded, notes }: Estimate) {
  return {
    currency,
    monthly,
    hourly,
    lines: lines.map(({ name, what, monthly: own, hourly: byHour }) => ({ name, what, monthly: own, hourly: byHour })),
    prices: { source: prices.source, date: prices.date, live: prices.live },
    notIncluded,
    notes,
  };
}
