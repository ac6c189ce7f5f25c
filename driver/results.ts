import { z } from "zod";

import { isSecret } from "./events/changes";
import type { StepEvent } from "./events/operation-event";
import type { Diagnosis } from "./events/translation";
import type { Backup } from "./state/backups";
import type { StackState } from "./state/state";

/** How many resources each kind of step was, or would be, taken on. */
export type Changes = Readonly<Record<string, number>>;

/** One output of a stack. */
export interface StackOutput {
  /** What is secret inside it is `[secret]`, unless secrets were asked for. */
  readonly value: unknown;
  readonly secret: boolean;
}
export type StackOutputs = Readonly<Record<string, StackOutput>>;

interface Result {
  readonly changes: Changes;
  /** Whether everything is as it should be: nothing was, or would be, done. */
  readonly unchanged: boolean;
  readonly warnings: readonly Diagnosis[];
}

export interface PreviewResult extends Result {
  /** What would be done, in the engine's order. */
  readonly steps: readonly StepEvent[];
  /** What somebody else changed; only a preview with a refresh looks for it. */
  readonly drift: readonly StepEvent[];
  /** Hand it to `up` as `approved`: it refuses when request, program, catalogue or state have changed since. */
  readonly approval: string;
}

export interface UpResult extends Result {
  readonly outputs: StackOutputs;
  /** The state as it was before; absent when there was none. */
  readonly backup: Backup | undefined;
}

export interface RefreshResult extends Result {
  /** What somebody else changed or removed. The state says it now, and the next `up` mends it. */
  readonly drift: readonly StepEvent[];
  readonly backup: Backup | undefined;
}

export interface DestroyResult extends Result {
  /** How many resources are left; 0 when all are gone. */
  readonly remaining: number;
  readonly backup: Backup | undefined;
}

/** One update in a stack's history. */
export interface HistoryEntry {
  /** `update`, `refresh`, `destroy`, `import`. */
  readonly kind: string;
  /** The driver's operation; absent when somebody else made it. */
  readonly operation?: string;
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly ended: number;
  readonly outcome: "succeeded" | "failed" | "in-progress";
  readonly changes: Changes;
}

export function isUnchanged(changes: Changes): boolean {
  return Object.entries(changes).every(([kind, count]) => count === 0 || kind === "same" || kind === "read");
}

/** The outputs in a state; secrets are ciphertext there. */
export function outputsOf({ resources }: StackState): StackOutputs {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return Object.fromEntries(
    Object.entries(stack?.outputs ?? {}).map(([name, value]) => {
      const hidden = withoutSecrets(value);
      return [name, { value: hidden.value, secret: hidden.found }];
    }),
  );
}

function withoutSecrets(value: unknown): { readonly value: unknown; readonly found: boolean } {
  if (isSecret(value)) return { value: "[secret]", found: true };
  if (typeof value !== "object" || value === null) return { value, found: false };
  const inner = Object.entries(value).map(([key, one]) => [key, withoutSecrets(one)] as const);
  const found = inner.some(([, one]) => one.found);
  if (Array.isArray(value)) return { value: inner.map(([, one]) => one.value), found };
  return { value: Object.fromEntries(inner.map(([key, one]) => [key, one.value])), found };
}

const historySchema = z.array(
  z.object({
    kind: z.string(),
    message: z.string().optional(),
    startTime: z.string(),
    endTime: z.string().optional(),
    result: z.string(),
    resourceChanges: z.record(z.string(), z.number()).nullish(),
  }),
);

/** Reads what `pulumi stack history --json` prints, the newest first. */
export function historyFrom(text: string): HistoryEntry[] {
  return historySchema.parse(JSON.parse(text)).map(({ kind, message, startTime, endTime, result, resourceChanges }) => {
    const operation = /^deploy4me ([0-9a-f-]{36})$/.exec(message ?? "")?.[1];
    return {
      kind,
      ...(operation === undefined ? {} : { operation }),
      began: Date.parse(startTime),
      ended: Date.parse(endTime ?? startTime),
      outcome: result === "succeeded" || result === "failed" ? result : "in-progress",
      changes: resourceChanges ?? {},
    };
  });
}
