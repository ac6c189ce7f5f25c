import { z } from "zod";

import type { Row } from "./store";

/** A row's columns, as both databases call them. */
export const columns = "tenant, id, name, kind, about, key_version, data_key, sealed, revision";

const schema = z
  .object({
    tenant: z.string(),
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    about: z.string(),
    key_version: z.number(),
    data_key: z.instanceof(Uint8Array),
    sealed: z.instanceof(Uint8Array),
    // PostgreSQL's driver hands a bigint over as text.
    revision: z.coerce.number().int(),
  })
  .transform(({ key_version, data_key, ...row }): Row => ({ ...row, keyVersion: key_version, dataKey: data_key }));

/** Reads {@link columns} as a database hands them over. */
export function rowOf(found: unknown): Row {
  return schema.parse(found);
}
