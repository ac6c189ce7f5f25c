import { isAbsolute } from "node:path";

import { DriverError } from "../errors";

/** Where the engine keeps state. */
export interface Backend {
  readonly kind: "file" | "postgres" | "other";
  /** As the engine takes it, without a password. */
  readonly url: string;
  /** For `file`: the folder. */
  readonly folder?: string;
  /** For `postgres`: the whole URL, password included, the table, and how every key in it begins. */
  readonly postgres?: {
    readonly url: string;
    readonly table: string;
    readonly prefix: string;
    /** The password, as libpq's password file has it. */
    readonly passwordLine?: string;
  };
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

/**
 * The engine's storage library (gocloud.dev's fileblob) keeps attributes beside each file unless it is told not to. It
 * empties them before it writes them: an engine killed between the two leaves a state that none can load any more
 * (`failed to load checkpoint: EOF`). Nobody reads them.
 */
export const withoutAttributes = "metadata=skip";

/** @throws InvalidBackend */
export function parseBackend(address: string): Backend {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined)
    throw new InvalidBackend("it is no URL (PostgreSQL's needs a host: the engine knows no sockets)");
  if (url.protocol === "file:") {
    const folder = decodeURIComponent(url.pathname);
    if (url.host !== "" || !isAbsolute(folder)) throw new InvalidBackend("a folder's path begins with a slash");
    return { kind: "file", url: `file://${folder}?${withoutAttributes}`, folder };
  }
  // The engine knows the shorter spelling alone.
  if (url.protocol === "postgres:" || url.protocol === "postgresql:")
    return postgresBackend(new URL(address.replace(/^postgresql:/, "postgres:")));
  if (others.has(url.protocol)) return { kind: "other", url: address };
  throw new InvalidBackend(`${url.protocol}// is none that it knows`);
}

function postgresBackend(url: URL): Backend {
  const table = url.searchParams.get("table") ?? "pulumi_state";
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(table))
    throw new InvalidBackend("a table's name is lower-case letters, digits, _");
  if (url.hostname === "" || !/^\/[^/]+$/.test(url.pathname))
    throw new InvalidBackend("PostgreSQL's has a host and a database");
  const whole = new URL(url);
  whole.searchParams.delete("table");
  const password = decodeURIComponent(url.password);
  url.password = "";
  const passwordLine = password === "" ? undefined : `*:*:*:*:${password.replace(/[\\:]/g, "\\$&")}\n`;
  // The engine takes the path for a folder within the table as well.
  const prefix = `${url.pathname.slice(1)}/`;
  return {
    kind: "postgres",
    url: url.href,
    postgres: { url: whole.href, table, prefix, ...(passwordLine === undefined ? {} : { passwordLine }) },
  };
}
