import { DatabaseError, Pool, type QueryResult } from "pg";
import { z } from "zod";

import type { StackId } from "../stack-id";
import {
  type BackendLock,
  exportOfCheckpoint,
  lockFolder,
  parseLock,
  stackAt,
  stackFile,
  stacksFolder,
  type StateStore,
} from "./state-store";

/** «undefined_table»: nobody has used the backend yet; the engine makes its table. */
const noTable = "42P01";
const timeoutMs = 10_000;

const keySchema = z.object({ key: z.string() });
const rowSchema = z.object({ key: z.string(), data: z.string() });

/** A backend that is a table in PostgreSQL (the engine's `backend/diy/postgres`: a key, and JSON with the content in Base64). */
export class PostgresStore implements StateStore {
  private readonly pool: Pool;

  /** @param table a plain name: the caller has looked at it */
  constructor(
    url: string,
    private readonly table: string,
    /** How every key begins. */
    private readonly prefix: string,
  ) {
    this.pool = new Pool({
      connectionString: url,
      max: 4,
      connectionTimeoutMillis: timeoutMs,
      statement_timeout: timeoutMs,
      query_timeout: timeoutMs + 1000,
      keepAlive: true,
      application_name: "deploy4me state",
      allowExitOnIdle: true,
    });
    this.pool.on("error", () => undefined);
  }

  async read(stack: StackId): Promise<string | undefined> {
    const [row] = await this.rows("key = $1", [this.prefix + stackFile(stack)]);
    return row === undefined ? undefined : exportOfCheckpoint(row.content);
  }

  async raw(stack: StackId): Promise<string | undefined> {
    return (await this.rows("key = $1", [this.prefix + stackFile(stack)]))[0]?.content;
  }

  async list(): Promise<readonly StackId[]> {
    const begin = this.prefix + stacksFolder;
    const found = await this.query(`SELECT key FROM ${this.table} WHERE starts_with(key, $1)`, [begin]);
    return found.flatMap((row) => stackAt(keySchema.parse(row).key.slice(begin.length)) ?? []);
  }

  async locks(stack: StackId): Promise<readonly BackendLock[]> {
    // Not by LIKE: a name may be the beginning of another.
    const rows = await this.rows("starts_with(key, $1)", [this.prefix + lockFolder(stack)]);
    return rows.map(({ key, content }) => parseLock(key, content));
  }

  async unlock({ key }: BackendLock): Promise<void> {
    await this.query(`DELETE FROM ${this.table} WHERE key = $1`, [key]);
  }

  /** The database keeps whole rows, or none. */
  clearTorn(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async rows(condition: string, values: readonly string[]): Promise<{ key: string; content: string }[]> {
    const found = await this.query(`SELECT key, data->>'data' AS data FROM ${this.table} WHERE ${condition}`, values);
    return found.map((row) => {
      const { key, data } = rowSchema.parse(row);
      return { key, content: Buffer.from(data, "base64").toString() };
    });
  }

  private async query(text: string, values: readonly string[]): Promise<QueryResult["rows"]> {
    try {
      return (await this.pool.query(text, [...values])).rows;
    } catch (error) {
      if (error instanceof DatabaseError && error.code === noTable) return [];
      throw error;
    }
  }
}
