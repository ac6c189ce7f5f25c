import { type ClientBase, Pool, type QueryResult } from "pg";

/** A database that leases, backups or state are in. */
export interface PostgresOptions {
  /** `postgres://user:password@host/database`, as libpq has it. */
  readonly url: string;
  /** Default: `deploy4me_driver`. Lower-case letters, digits and underscores. */
  readonly schema?: string;
  /** Connections at most. Default: 4. */
  readonly connections?: number;
  /** For a connection, and for a statement, in milliseconds. Default: 5000. */
  readonly timeoutMs?: number;
}

/** A few connections, whose statements end in time. */
export class Postgres {
  readonly schema: string;
  /** Host and database, without credentials: for errors. */
  readonly where: string;
  private readonly pool: Pool;
  private ready: Promise<void> | undefined;

  /** @param tables made in the schema before the first statement, when they are not there; it is given the schema's name */
  constructor(
    { url, schema = "deploy4me_driver", connections = 4, timeoutMs = 5000 }: PostgresOptions,
    private readonly tables: (schema: string) => string,
  ) {
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`a schema can't be called ${JSON.stringify(schema)}`);
    this.schema = schema;
    this.pool = new Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: timeoutMs,
      statement_timeout: timeoutMs,
      // For a server that does not answer at all.
      query_timeout: timeoutMs + 1000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      application_name: "deploy4me driver",
      allowExitOnIdle: true,
    });
    this.where = whereOf(url);
    // An idle connection that ends is replaced when the next is needed; without a listener it would end the process.
    this.pool.on("error", () => undefined);
  }

  async query(text: string, values: readonly unknown[] = []): Promise<QueryResult<Record<string, unknown>>> {
    await this.prepared();
    return this.pool.query<Record<string, unknown>>(text, [...values]);
  }

  /** All or nothing. */
  async transaction<Value>(work: (client: ClientBase) => Promise<Value>): Promise<Value> {
    await this.prepared();
    return this.inTransaction(work);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private prepared(): Promise<void> {
    this.ready ??= this.inTransaction(async (client) => {
      // Of two starters at once, one waits for the other.
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`deploy4me driver ${this.schema}`]);
      // Not «if not exists» alone: that would ask for a permission that is not needed when the schema is there.
      const there = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [this.schema]);
      if (there.rowCount === 0) await client.query(`CREATE SCHEMA ${this.schema}`);
      await client.query(this.tables(this.schema));
    }).catch((error: unknown) => {
      this.ready = undefined;
      throw error;
    });
    return this.ready;
  }

  private async inTransaction<Value>(work: (client: ClientBase) => Promise<Value>): Promise<Value> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      await client.query("BEGIN");
      const value = await work(client);
      await client.query("COMMIT");
      return value;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => (broken = true));
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

/** Host, or folder of a socket, and database. */
function whereOf(url: string): string {
  if (!URL.canParse(url)) return "PostgreSQL";
  const { hostname, pathname, searchParams } = new URL(url);
  return `${hostname === "" ? (searchParams.get("host") ?? "") : hostname}${pathname}`;
}
