import type { ClientBase } from "pg";
import { z } from "zod";

/** The database was written by a newer version of ours. */
export class MigrationTooNew extends Error {
  override readonly name = "MigrationTooNew";
  readonly code = "MIGRATION_TOO_NEW";

  constructor(readonly schema: string) {
    super(`a newer version of Deploy4Me has written the schema ${schema}: use that one`);
  }
}

/**
 * Brings the schema to what this version needs; what is done already stays. Of two starters at once, one waits for the other.
 * @param schema a plain name: the caller has looked at it
 */
export async function migrate(client: ClientBase, schema: string): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`deploy4me vault ${schema}`]);
    // Not «if not exists» alone: that would ask for a permission that is not needed when the schema is there.
    const there = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
    if (there.rowCount === 0) await client.query(`CREATE SCHEMA ${schema}`);
    await client.query(`CREATE TABLE IF NOT EXISTS ${schema}.migration (version integer NOT NULL PRIMARY KEY)`);
    const { rows } = await client.query(`SELECT coalesce(max(version), 0) AS version FROM ${schema}.migration`);
    const { version } = z.object({ version: z.number() }).parse(rows[0]);
    if (version > migrations.length) throw new MigrationTooNew(schema);
    for (const [index, migration] of migrations.entries()) {
      if (index < version) continue;
      await client.query(migration(schema));
      await client.query(`INSERT INTO ${schema}.migration VALUES ($1)`, [index + 1]);
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

const migrations: readonly ((schema: string) => string)[] = [
  (schema) => `
    CREATE TABLE ${schema}.connection (
      tenant text NOT NULL,
      id uuid NOT NULL,
      name text COLLATE "C" NOT NULL,
      kind text NOT NULL,
      about text NOT NULL,
      key_version integer NOT NULL,
      data_key bytea NOT NULL,
      sealed bytea NOT NULL,
      revision bigint NOT NULL,
      PRIMARY KEY (tenant, id),
      CONSTRAINT connection_name UNIQUE (tenant, name)
    );
    CREATE INDEX connection_key_version ON ${schema}.connection (key_version);
    CREATE TABLE ${schema}.oldest_key (version integer NOT NULL);
    INSERT INTO ${schema}.oldest_key VALUES (0);`,
];
