import { isAbsolute } from "node:path";

import { DriverError } from "../errors";

/** Where the engine keeps state. */
export interface Backend {
  readonly kind: "file" | "postgres" | "other";
  /** As the engine takes it, without a password. */
  readonly url: string;
  /** For `file`: the folder. */
  readonly folder?: string;
  /** For `postgres`: the whole URL, password included, and the table. */
  readonly postgres?: { readonly url: string; readonly table: string; readonly passwordLine?: string };
}

/** A backend's address that the driver can't use. */
export class InvalidBackend extends DriverError {
  override readonly name = "InvalidBackend";
  readonly code = "INVALID_BACKEND";

  constructor(why: string) {
    super(`the backend's address is not right: ${why}. Use file:///folder, postgres://host/database or s3://bucket.`);
  }
}

/** Only self-managed ones: the vendor's service has its own leases, history and backups. */
const others = new Set(["s3:", "gs:", "azblob:"]);

/** @throws InvalidBackend */
export function parseBackend(address: string): Backend {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) throw new InvalidBackend("it is no URL");
  if (url.protocol === "file:") {
    const folder = decodeURIComponent(url.pathname);
    if (url.host !== "" || !isAbsolute(folder)) throw new InvalidBackend("a folder's path begins with a slash");
    return { kind: "file", url: `file://${folder}`, folder };
  }
  if (url.protocol === "postgres:" || url.protocol === "postgresql:") return postgresBackend(address);
  if (others.has(url.protocol)) return { kind: "other", url: address };
  throw new InvalidBackend(`${url.protocol}// is none that it knows`);
}

function postgresBackend(address: string): Backend {
  // The engine knows this spelling alone.
  const url = new URL(address.replace(/^postgresql:/, "postgres:"));
  const table = url.searchParams.get("table") ?? "pulumi_state";
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(table))
    throw new InvalidBackend("a table's name is lower-case letters, digits, _");
  const whole = new URL(url);
  whole.searchParams.delete("table");
  const password = decodeURIComponent(url.password);
  url.password = "";
  const passwordLine = password === "" ? undefined : `*:*:*:*:${password.replace(/[\\:]/g, "\\$&")}\n`;
  return {
    kind: "postgres",
    url: url.href,
    postgres: { url: whole.href, table, ...(passwordLine === undefined ? {} : { passwordLine }) },
  };
}
