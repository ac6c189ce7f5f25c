import { DatabaseSync } from "node:sqlite";

import { z } from "zod";

import type { ConnectionReference } from "../connection";
import { columns, rowOf } from "./columns";
import { codeOf, ConnectionNameTaken, messageOf, VaultUnavailable } from "./errors";
import { makePrivateFile } from "./private-file";
import { promised } from "./promised";
import type { NewRow, Replaced, Row, RowChange, Store } from "./store";

export interface SqliteStoreOptions {
  /** How long to wait for another process's transaction, in milliseconds. Default: 5000; each takes about one. */
  readonly patienceMs?: number;
  /** Default: this machine's clock, which all processes that share the file have. */
  readonly clock?: () => Date;
}

/**
 * Rows in one SQLite file that only its owner may read: the embedded store, for one machine. It must not lie on a network
 * file system (SQLite, «How To Corrupt An SQLite Database File», section 2.1).
 */
export class SqliteStore implements Store {
  private readonly database: DatabaseSync;
  private readonly clock: () => Date;

  /** @throws VaultUnavailable */
  constructor(
    readonly file: string,
    { patienceMs = 5000, clock = () => new Date() }: SqliteStoreOptions = {},
  ) {
    this.clock = clock;
    this.database = guarded(file, () => {
      makePrivateFile(file);
      return new DatabaseSync(file, { timeout: patienceMs });
    });
    try {
      this.run(() => {
        // What a request relies on has to be on the disk before it leaves.
        this.database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
        this.transaction(() => {
          this.migrate();
        });
      });
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  insert(row: NewRow): Promise<"inserted" | "key-retired"> {
    return this.promised(() =>
      this.transaction(() => {
        if (row.keyVersion < this.oldestKey()) return "key-retired";
        const taken = this.database.prepare("SELECT 1 FROM connection WHERE tenant = ? AND name = ?");
        if (taken.get(row.tenant, row.name) !== undefined) throw new ConnectionNameTaken(row.tenant, row.name);
        this.database
          .prepare(
            `INSERT INTO connection (tenant, id, name, kind, about, key_version, data_key, sealed, revision)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`,
          )
          .run(row.tenant, row.id, row.name, row.kind, row.about, row.keyVersion, row.dataKey, row.sealed);
        return "inserted";
      }),
    );
  }

  read({ tenant, id }: ConnectionReference): Promise<{ row: Row; at: Date } | undefined> {
    return this.promised(() => {
      const found = this.database.prepare(`${select} WHERE tenant = ? AND id = ?`).get(tenant, id);
      return found && { row: rowOf(found), at: this.clock() };
    });
  }

  list(tenant: string): Promise<readonly Row[]> {
    return this.promised(() =>
      this.database.prepare(`${select} WHERE tenant = ? ORDER BY name`).all(tenant).map(rowOf),
    );
  }

  replace({ tenant, id }: ConnectionReference, revision: number, change: RowChange): Promise<Replaced> {
    return this.promised(() =>
      this.transaction(() => {
        const found = this.database
          .prepare("SELECT key_version AS version FROM connection WHERE tenant = ? AND id = ? AND revision = ?")
          .get(tenant, id, revision);
        if (found === undefined) return "conflict";
        const { version } = z.object({ version: z.number() }).parse(found);
        if (change.keyVersion !== version && change.keyVersion < this.oldestKey()) return "key-retired";
        this.database
          .prepare(
            `UPDATE connection SET about = ?, key_version = ?, data_key = ?, sealed = ?, revision = revision + 1
             WHERE tenant = ? AND id = ?`,
          )
          .run(change.about, change.keyVersion, change.dataKey, change.sealed, tenant, id);
        return "replaced";
      }),
    );
  }

  remove({ tenant, id }: ConnectionReference, revision: number): Promise<boolean> {
    return this.promised(() => {
      const statement = this.database.prepare("DELETE FROM connection WHERE tenant = ? AND id = ? AND revision = ?");
      return Number(statement.run(tenant, id, revision).changes) > 0;
    });
  }

  retireKeysBefore(version: number): Promise<void> {
    return this.promised(() => {
      this.database.prepare("UPDATE oldest_key SET version = max(version, ?)").run(version);
    });
  }

  rowsWithKeysBefore(version: number, limit: number): Promise<readonly Row[]> {
    return this.promised(() =>
      this.database.prepare(`${select} WHERE key_version < ? LIMIT ?`).all(version, limit).map(rowOf),
    );
  }

  keyVersions(): Promise<readonly number[]> {
    return this.promised(() =>
      this.database
        .prepare("SELECT DISTINCT key_version AS version FROM connection ORDER BY 1")
        .all()
        .map((found) => z.object({ version: z.number() }).parse(found).version),
    );
  }

  close(): Promise<void> {
    if (this.database.isOpen) this.database.close();
    return Promise.resolve();
  }

  private oldestKey(): number {
    const found = this.database.prepare("SELECT version FROM oldest_key").get();
    return z.object({ version: z.number() }).parse(found).version;
  }

  private migrate(): void {
    const { user_version: version } = z
      .object({ user_version: z.number() })
      .parse(this.database.prepare("PRAGMA user_version").get());
    if (version > migrations.length)
      throw new VaultUnavailable(this.file, "a newer version of Deploy4Me has written it: use that one");
    for (const migration of migrations.slice(version)) this.database.exec(migration);
    this.database.exec(`PRAGMA user_version = ${migrations.length}`);
  }

  private transaction<Result>(run: () => Result): Result {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      this.database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
  }

  private run<Result>(run: () => Result): Result {
    return guarded(this.file, run);
  }

  private promised<Result>(run: () => Result): Promise<Result> {
    return promised(() => this.run(run));
  }
}

const migrations = [
  `CREATE TABLE connection (
     tenant TEXT NOT NULL,
     id TEXT NOT NULL,
     name TEXT NOT NULL,
     kind TEXT NOT NULL,
     about TEXT NOT NULL,
     key_version INTEGER NOT NULL,
     data_key BLOB NOT NULL,
     sealed BLOB NOT NULL,
     revision INTEGER NOT NULL,
     PRIMARY KEY (tenant, id),
     UNIQUE (tenant, name)
   ) STRICT;
   CREATE INDEX connection_key_version ON connection (key_version);
   CREATE TABLE oldest_key (version INTEGER NOT NULL) STRICT;
   INSERT INTO oldest_key VALUES (0);`,
];

const select = `SELECT ${columns} FROM connection`;

/** SQLite's own errors and the file system's in our words. */
function guarded<Result>(file: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (/^(ERR_SQLITE|ERR_INVALID_STATE|E[A-Z]+$)/.test(codeOf(error) ?? ""))
      throw new VaultUnavailable(file, messageOf(error), { cause: error });
    throw error;
  }
}
