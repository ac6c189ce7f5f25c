import { z } from "zod";

import type { Intent } from "./intent";

const marks = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** A file that somebody else may have written to is not believed either. */
const row = z.object({
  id: z.number(),
  account: z.string(),
  stack: z.string(),
  epoch: z.number(),
  method: z.string(),
  path: z.string(),
  key: z.string(),
  marks: z.string(),
  identity: z.string().nullable(),
  before: z.string(),
  state: z.enum(["written", "sent", "ambiguous", "made", "answered", "resolved"]),
  resource: z.string().nullable(),
  reason: z.string().nullable(),
  written_at: z.number(),
  changed_at: z.number(),
});

export function intentOf(found: unknown): Intent {
  const { marks: text, before, identity, resource, reason, written_at, changed_at, ...same } = row.parse(found);
  return {
    ...same,
    marks: marks.parse(JSON.parse(text)),
    before: z.array(z.string()).parse(JSON.parse(before)),
    identity: identity ?? undefined,
    ...(resource === null ? {} : { resource }),
    ...(reason === null ? {} : { reason }),
    writtenAt: written_at,
    changedAt: changed_at,
  };
}
