import { Client, type ClientBase, DatabaseError, Pool, type QueryResult } from "pg";
import { z } from "zod";

import type { ConnectionReference } from "../connection";
import { columns, rowOf } from "./columns";
import { ConnectionNameTaken, messageOf, VaultUnavailable } from "./errors";
import { migrate } from "./postgres-migrations";
import type { NewRow, Replaced, Row, RowChange, Store } from "./store";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host/database`, as libpq has it. */
  readonly url: string;
  /** Default: `deploy4me_vault`. Lower-case letters, digits and underlines. */
  readonly schema?: string;
  /** Connections at most. Default: 4. */
  readonly connections?: number;
  /** For a connection, and for a statement, in milliseconds. Default: 5000. */
  readonly timeoutMs?: number;
}

/** Rows in PostgreSQL: for services that outgrow one machine. */
export class PostgresStore implements Store {
  private readonly pool: Pool;
  private readonly schema: string;
  private readonly where: string;
  private readonly timeoutMs: number;

  private constructor({ url, schema = "deploy4me_vault", connections = 4, timeoutMs = 5000 }: PostgresStoreOptions) {
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`a schema can't be called ${JSON.stringify(schema)}`);
    this.where = whereOf(url);
    this.schema = schema;
    this.timeoutMs = timeoutMs;
    this.pool = new Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: timeoutMs,
      // The server gives up first (see `prepare`); this is for one that does not answer at all.
      query_timeout: timeoutMs + 1000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      application_name: "deploy4me vault",
      allowExitOnIdle: true,
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, its types don't say so
      onConnect: (client) => this.prepare(client),
    });
    // An idle connection that ends is replaced when the next is needed; without a listener it would end the process.
    this.pool.on("error", () => undefined);
  }

  /**
   * Connects, and brings the schema to what this version needs.
   * @throws VaultUnavailable
   */
  static async open(options: PostgresStoreOptions): Promise<PostgresStore> {
    const store = new PostgresStore(options);
    try {
      await store.guarded(async () => {
        const client = await store.pool.connect();
        try {
          await migrate(client, store.schema);
          client.release();
        } catch (error) {
          client.release(true);
          throw error;
        }
      });
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  async insert(row: NewRow): Promise<"inserted" | "key-retired"> {
    try {
      const { rowCount } = await this.query(
        `INSERT INTO ${this.schema}.connection (tenant, id, name, kind, about, key_version, data_key, sealed, revision)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, 1 WHERE ${this.mayUse("$6")}`,
        [row.tenant, row.id, row.name, row.kind, row.about, row.keyVersion, row.dataKey, row.sealed],
      );
      return rowCount === 0 ? "key-retired" : "inserted";
    } catch (error) {
      if (error instanceof DatabaseError && error.constraint === "connection_name")
        throw new ConnectionNameTaken(row.tenant, row.name);
      throw error;
    }
  }

  async read({ tenant, id }: ConnectionReference): Promise<{ row: Row; at: Date } | undefined> {
    const { rows } = await this.query(
      `SELECT ${columns}, clock_timestamp() AS at FROM ${this.schema}.connection WHERE tenant = $1 AND id = $2`,
      [tenant, id],
    );
    const [found] = rows;
    return found === undefined ? undefined : { row: rowOf(found), at: z.object({ at: z.date() }).parse(found).at };
  }

  async list(tenant: string): Promise<readonly Row[]> {
    const text = `SELECT ${columns} FROM ${this.schema}.connection WHERE tenant = $1 ORDER BY name`;
    return (await this.query(text, [tenant])).rows.map(rowOf);
  }

  async replace({ tenant, id }: ConnectionReference, revision: number, change: RowChange): Promise<Replaced> {
    const { rowCount } = await this.query(
      `UPDATE ${this.schema}.connection
       SET about = $4, key_version = $5, data_key = $6, sealed = $7, revision = revision + 1
       WHERE tenant = $1 AND id = $2 AND revision = $3 AND (key_version = $5 OR ${this.mayUse("$5")})`,
      [tenant, id, revision, change.about, change.keyVersion, change.dataKey, change.sealed],
    );
    if (rowCount === 1) return "replaced";
    const { rowCount: same } = await this.query(
      `SELECT 1 FROM ${this.schema}.connection WHERE tenant = $1 AND id = $2 AND revision = $3`,
      [tenant, id, revision],
    );
    return same === 0 ? "conflict" : "key-retired";
  }

  async remove({ tenant, id }: ConnectionReference, revision: number): Promise<boolean> {
    const text = `DELETE FROM ${this.schema}.connection WHERE tenant = $1 AND id = $2 AND revision = $3`;
    return (await this.query(text, [tenant, id, revision])).rowCount === 1;
  }

  async retireKeysBefore(version: number): Promise<void> {
    await this.query(`UPDATE ${this.schema}.oldest_key SET version = greatest(version, $1)`, [version]);
  }

  async rowsWithKeysBefore(version: number, limit: number): Promise<readonly Row[]> {
    const text = `SELECT ${columns} FROM ${this.schema}.connection WHERE key_version < $1 LIMIT $2`;
    return (await this.query(text, [version, limit])).rows.map(rowOf);
  }

  async keyVersions(): Promise<readonly number[]> {
    const { rows } = await this.query(
      `SELECT DISTINCT key_version AS version FROM ${this.schema}.connection ORDER BY 1`,
      [],
    );
    return rows.map((found) => z.object({ version: z.number() }).parse(found).version);
  }

  async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  /**
   * The share lock makes this wait for a rotation that is raising the oldest key at this moment, and see what it raises it
   * to; and the rotation wait for this.
   */
  private mayUse(version: string): string {
    return `${version}::integer >= (SELECT version FROM ${this.schema}.oldest_key FOR SHARE)`;
  }

  private async prepare(client: ClientBase): Promise<void> {
    await client.query(
      `SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $1, false),
              set_config('idle_in_transaction_session_timeout', $1, false), set_config('search_path', '', false),
              CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
                   THEN set_config('synchronous_commit', 'on', false) END`,
      [String(this.timeoutMs)],
    );
  }

  private query(text: string, values: readonly unknown[]): Promise<QueryResult<Record<string, unknown>>> {
    return this.guarded(() => this.pool.query<Record<string, unknown>>(text, [...values]));
  }

  /** What keeps the database from answering in our words; what it says of the statement itself as it is. */
  private async guarded<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof VaultUnavailable) throw error;
      if (error instanceof DatabaseError && error.code?.startsWith("23") === true) throw error;
      throw new VaultUnavailable(this.where, messageOf(error), { cause: error });
    }
  }
}

/** Which database, without its password, as the driver understands it. */
function whereOf(url: string): string {
  try {
    const { host, port, database } = new Client({ connectionString: url });
    return `PostgreSQL ${database ?? ""} at ${host}:${port}`;
  } catch {
    throw new VaultUnavailable(
      "PostgreSQL",
      "its URL can't be read; it is postgres://user:password@host:5432/database",
    );
  }
}
