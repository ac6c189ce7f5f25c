import { z } from "zod";

import { accountSchema, type Connection, connectionSchema, reconnectReasons } from "../connection";
import { type Renewal, renewalSchema } from "../renewal";
import { VaultRowDamaged } from "./errors";
import type { Row } from "./store";

/** What a row says in plain, beside its columns. */
const aboutSchema = z.object({
  state: z.enum(["usable", "reconnect"]),
  reason: z.enum(reconnectReasons).exactOptional(),
  account: accountSchema.exactOptional(),
  created: z.iso.datetime(),
  changed: z.iso.datetime(),
  renewal: renewalSchema,
});

export function aboutText({ state, reason, account, created, changed }: Connection, renewal: Renewal): string {
  return JSON.stringify({
    state,
    reason,
    account,
    created: created.toISOString(),
    changed: changed.toISOString(),
    renewal,
  });
}

/** @throws VaultRowDamaged */
export function aboutOf(row: Row): { readonly connection: Connection; readonly renewal: Renewal } {
  let json: unknown;
  try {
    json = JSON.parse(row.about);
  } catch {
    throw new VaultRowDamaged(row, "what it says about the connection is not JSON");
  }
  const about = aboutSchema.safeParse(json);
  if (!about.success) throw new VaultRowDamaged(row, `what it says about the connection: ${pathsOf(about.error)}`);
  const { renewal, created, changed, ...rest } = about.data;
  const { tenant, id, name, kind } = row;
  const connection = connectionSchema.safeParse({
    ...{ tenant, id, name, kind, ...rest },
    created: new Date(created),
    changed: new Date(changed),
  });
  if (!connection.success) throw new VaultRowDamaged(row, pathsOf(connection.error));
  return { connection: connection.data, renewal };
}

/** Where a text is not as expected, without its values: they may be secret. */
export function pathsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, code }) => `${path.join(".") || "all of it"} (${code})`).join(", ");
}
