import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";

import { z } from "zod";

import { messageOf } from "../cause";
import { DriverError } from "../errors";
import { type OperationKind, operationKinds } from "../operation";
import { Postgres, type PostgresOptions } from "../postgres";
import { nameOf, type StackId } from "../stack-id";
import { type Backup, BackupNotFound, type Backups } from "./backups";

/** States can't be kept, so nothing is changed that could not be brought back. */
export class BackupsUnavailable extends DriverError {
  override readonly name = "BackupsUnavailable";
  readonly code = "BACKUPS_UNAVAILABLE";

  constructor(
    /** Without credentials. */
    readonly where: string,
    options: ErrorOptions,
  ) {
    super(
      `the backups in ${where} can't be read or written: ${messageOf(options.cause)}. Nothing was started.`,
      options,
    );
  }
}

const rowSchema = z.object({ id: z.coerce.number(), at: z.date(), before: z.enum(operationKinds) });

/** Backups in PostgreSQL, for the processes of several machines. */
export class PostgresBackups implements Backups {
  private readonly postgres: Postgres;

  /** @param kept of one stack; older ones are removed. Default: 100 */
  constructor(
    options: PostgresOptions,
    private readonly kept = 100,
  ) {
    this.postgres = new Postgres(
      options,
      (schema) => `CREATE TABLE IF NOT EXISTS ${schema}.backup (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        stack text COLLATE "C" NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        before text NOT NULL,
        hash text NOT NULL,
        state bytea NOT NULL
      );
      CREATE INDEX IF NOT EXISTS backup_stack ON ${schema}.backup (stack, id)`,
    );
  }

  save(stack: StackId, before: OperationKind, state: string): Promise<Backup> {
    const hash = createHash("sha256").update(state).digest("hex");
    const key = nameOf(stack);
    return this.guarded(() =>
      this.postgres.transaction(async (client) => {
        const newest = await client.query<Record<string, unknown>>(
          `SELECT id, at, before, hash FROM ${this.table} WHERE stack = $1 ORDER BY id DESC LIMIT 1`,
          [key],
        );
        if (newest.rows[0]?.hash === hash) return backupOf(newest.rows[0]);
        const { rows } = await client.query<Record<string, unknown>>(
          `INSERT INTO ${this.table} (stack, before, hash, state) VALUES ($1, $2, $3, $4) RETURNING id, at, before`,
          [key, before, hash, gzipSync(state)],
        );
        await client.query(
          `DELETE FROM ${this.table} WHERE stack = $1 AND id NOT IN
             (SELECT id FROM ${this.table} WHERE stack = $1 ORDER BY id DESC LIMIT $2)`,
          [key, this.kept],
        );
        return backupOf(rows[0]);
      }),
    );
  }

  list(stack: StackId): Promise<readonly Backup[]> {
    return this.guarded(async () => {
      const text = `SELECT id, at, before FROM ${this.table} WHERE stack = $1 ORDER BY id DESC`;
      return (await this.postgres.query(text, [nameOf(stack)])).rows.map(backupOf);
    });
  }

  async read(stack: StackId, id: string): Promise<string> {
    if (!/^\d{1,18}$/.test(id)) throw new BackupNotFound(stack, id);
    const { rows } = await this.guarded(() =>
      this.postgres.query(`SELECT state FROM ${this.table} WHERE stack = $1 AND id = $2`, [nameOf(stack), id]),
    );
    const state = rows[0]?.state;
    if (!(state instanceof Uint8Array)) throw new BackupNotFound(stack, id);
    return gunzipSync(state).toString();
  }

  close(): Promise<void> {
    return this.postgres.close();
  }

  private get table(): string {
    return `${this.postgres.schema}.backup`;
  }

  private async guarded<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (cause) {
      throw new BackupsUnavailable(this.postgres.where, { cause });
    }
  }
}

function backupOf(row: unknown): Backup {
  const { id, at, before } = rowSchema.parse(row);
  return { id: String(id), at: at.getTime(), before };
}
