import { z } from "zod";

/** Raised when a line comes to mean something else; new kinds and new keys do not raise it. */
export const jsonVersion = 1;

const common = { version: z.literal(jsonVersion), at: z.iso.datetime() };
const ofOperation = {
  ...common,
  /** The operation's id, also in the stack's history. */
  operation: z.uuid(),
  progress: z.strictObject({
    done: z.int().nonnegative(),
    planned: z.int().nonnegative(),
    current: z.array(z.string()),
    elapsedMs: z.number().nonnegative(),
  }),
};
const resource = z.strictObject({ urn: z.string(), type: z.string(), name: z.string() });
const change = z.strictObject({
  path: z.string(),
  kind: z.enum(["add", "update", "delete"]),
  replaces: z.boolean(),
  before: z.string().optional(),
  after: z.string().optional(),
});

/** What one step says, without when it was: also in the lists of a result. */
export const jsonStep = z.strictObject({
  action: z.enum(["create", "update", "replace", "delete", "read", "refresh", "import", "same", "discard", "other"]),
  resource,
  drift: z.boolean(),
  changes: z.array(change),
  tookMs: z.number().nonnegative().optional(),
});

/** Everything that `--json` prints: one of these in each line, and the last is `end`. */
export const jsonLine = z.discriminatedUnion("kind", [
  z.strictObject({ ...ofOperation, kind: z.literal("queued"), ahead: z.int().nonnegative() }),
  z.strictObject({ ...ofOperation, kind: z.literal("started") }),
  z.strictObject({
    ...ofOperation,
    kind: z.literal("step"),
    phase: z.enum(["begun", "done", "failed"]),
    ...jsonStep.shape,
  }),
  z.strictObject({
    ...ofOperation,
    kind: z.literal("diagnostic"),
    severity: z.enum(["info", "warning", "error"]),
    message: z.string(),
    resource: resource.optional(),
  }),
  z.strictObject({
    ...ofOperation,
    kind: z.literal("output"),
    stream: z.enum(["stdout", "stderr"]),
    text: z.string(),
  }),
  z.strictObject({ ...ofOperation, kind: z.literal("note"), message: z.string() }),
  z.strictObject({ ...ofOperation, kind: z.literal("gap"), missed: z.int().positive() }),
  z.strictObject({
    ...ofOperation,
    kind: z.literal("ended"),
    outcome: z.enum(["succeeded", "failed", "cancelled"]),
  }),
  z.strictObject({ ...common, kind: z.literal("warning"), message: z.string() }),
  z.strictObject({
    ...common,
    kind: z.literal("end"),
    command: z.string(),
    exitCode: z.int(),
    result: z.json().optional(),
    error: z
      .strictObject({
        code: z.string(),
        message: z.string(),
        problems: z.array(z.json()).optional(),
        moved: z.array(z.string()).optional(),
      })
      .optional(),
  }),
]);

export type JsonLine = z.infer<typeof jsonLine>;
export type JsonStep = z.infer<typeof jsonStep>;
