import { z } from "zod";

const state = z.object({
  id: z.string().optional(),
  custom: z.boolean().optional(),
  parent: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
  outputs: z.record(z.string(), z.unknown()).nullish(),
});
export type StepState = z.infer<typeof state>;

const metadata = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  old: state.nullish(),
  new: state.nullish(),
  provider: z.string().optional(),
  /** Properties that make it be replaced. */
  keys: z.array(z.string()).nullish(),
  diffs: z.array(z.string()).nullish(),
  detailedDiff: z.record(z.string(), z.object({ diffKind: z.string(), inputDiff: z.boolean().optional() })).nullish(),
});
export type StepMetadata = z.infer<typeof metadata>;

const step = z.object({ metadata });

const eventSchema = z.object({
  sequence: z.number(),
  resourcePreEvent: step.optional(),
  resOutputsEvent: step.optional(),
  resOpFailedEvent: step.optional(),
  diagnosticEvent: z
    .object({
      urn: z.string().optional(),
      message: z.string(),
      severity: z.string(),
      ephemeral: z.boolean().optional(),
    })
    .optional(),
  summaryEvent: z
    .object({
      maybeCorrupt: z.boolean().optional(),
      resourceChanges: z.record(z.string(), z.number()).nullish(),
      result: z.string().optional(),
    })
    .optional(),
  errorEvent: z.object({ error: z.string() }).optional(),
});

/** One event of Pulumi's engine, as far as we use it (`EngineEvent` in its `apitype/events.go`, version 3.259.0). */
export type EngineEvent = z.infer<typeof eventSchema>;

/**
 * Reads one line of an event log.
 * @returns nothing when it is no event of the engine's
 */
export function parseEngineEvent(line: string): EngineEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const result = eventSchema.safeParse(value);
  return result.success ? result.data : undefined;
}
