import type { ConnectionReference } from "../connection";

/** One connection, as a store keeps it. Nothing in it is secret but what is sealed. */
export interface Row {
  readonly tenant: string;
  readonly id: string;
  /** One of a kind within its tenant. */
  readonly name: string;
  readonly kind: string;
  /** State, account, renewal: JSON. */
  readonly about: string;
  /** Of the master key that wraps the data key. */
  readonly keyVersion: number;
  readonly dataKey: Uint8Array;
  readonly sealed: Uint8Array;
  /** Raised by each change: what was read can be replaced while it is still the same. */
  readonly revision: number;
}

export type NewRow = Omit<Row, "revision">;

/** What may change of a row. */
export type RowChange = Pick<Row, "about" | "keyVersion" | "dataKey" | "sealed">;

/**
 * `conflict`: somebody else has changed or removed the row. `key-retired`: its master key is on its way out, seal it with the
 * current one.
 */
export type Replaced = "replaced" | "conflict" | "key-retired";

/**
 * Where rows are kept. Several processes use one at once; each call is one transaction, and one that returned survives a power
 * failure. Every call ends within a bounded time.
 * @throws VaultUnavailable by each of them
 */
export interface Store {
  /** @throws ConnectionNameTaken */
  insert(row: NewRow): Promise<"inserted" | "key-retired">;
  /** @returns beside the row, the time by the store's clock, which all processes share */
  read(reference: ConnectionReference): Promise<{ readonly row: Row; readonly at: Date } | undefined>;
  /** In the order of their names. */
  list(tenant: string): Promise<readonly Row[]>;
  /** Replaces a row of that revision. */
  replace(reference: ConnectionReference, revision: number, change: RowChange): Promise<Replaced>;
  /** @returns false when there is none of that revision */
  remove(reference: ConnectionReference, revision: number): Promise<boolean>;

  /** From now on, no row is sealed with an older master key than this. Never lowered. */
  retireKeysBefore(version: number): Promise<void>;
  /** Rows with an older master key than this, of any tenant; at most `limit`. */
  rowsWithKeysBefore(version: number, limit: number): Promise<readonly Row[]>;
  /** The master keys in use. */
  keyVersions(): Promise<readonly number[]>;

  close(): Promise<void>;
}
