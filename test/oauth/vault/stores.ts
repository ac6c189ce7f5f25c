import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PostgresStore } from "../../../oauth/vault/postgres-store";
import { SqliteStore } from "../../../oauth/vault/sqlite-store";
import type { Store } from "../../../oauth/vault/store";
import { type PostgresServer, startPostgres } from "../../postgres/server";

/** How a process opens a store; JSON, for child processes. */
export type StoreAddress =
  { readonly kind: "sqlite"; readonly file: string } | { readonly kind: "postgres"; readonly url: string };

/** Where a test gets empty stores from. */
export interface StoreSource {
  readonly name: string;
  start(): Promise<void>;
  /** @returns of a new, empty store */
  address(): Promise<StoreAddress>;
  stop(): Promise<void>;
}

export function openStore(address: StoreAddress): Promise<Store> {
  return address.kind === "sqlite"
    ? Promise.resolve(new SqliteStore(address.file))
    : PostgresStore.open({ url: address.url });
}

/** Both stores, for `describe.each`: what holds for one has to hold for the other. */
export function storeSources(): readonly StoreSource[] {
  let directory = "";
  let files = 0;
  let server: PostgresServer | undefined;
  return [
    {
      name: "SQLite",
      start: () => {
        directory = mkdtempSync(join(tmpdir(), "deploy4me-vault-"));
        return Promise.resolve();
      },
      address: () => Promise.resolve({ kind: "sqlite", file: join(directory, String(++files), "vault.db") }),
      stop: () => {
        rmSync(directory, { recursive: true, force: true });
        return Promise.resolve();
      },
    },
    {
      name: "PostgreSQL",
      start: async () => {
        server = await startPostgres();
      },
      address: async () => ({ kind: "postgres", url: await server!.createDatabase() }),
      stop: async () => {
        await server?.stop();
      },
    },
  ];
}
