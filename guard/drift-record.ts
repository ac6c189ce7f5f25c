import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import { z } from "zod";

import type { Drift } from "../connections/digitalocean/contract";

/** A drift, and how often an answer had it. */
export interface RecordedDrift extends Drift {
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly count: number;
}

/** What is to be written: times in milliseconds since 1970. */
export interface Sighting {
  readonly drift: Drift;
  readonly first: number;
  last: number;
  count: number;
}

const schema = `
CREATE TABLE IF NOT EXISTS contract_drift (
  operation TEXT NOT NULL,
  field TEXT NOT NULL,
  expected TEXT NOT NULL,
  found TEXT NOT NULL,
  essential INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,     -- milliseconds since 1970
  last_seen INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (operation, field, expected, found)
) STRICT, WITHOUT ROWID;
`;

const row = z.object({
  operation: z.string(),
  field: z.string(),
  expected: z.string(),
  found: z.string(),
  essential: z.number(),
  first_seen: z.number(),
  last_seen: z.number(),
  count: z.number(),
});

/** A drift that was not seen for this long is forgotten: 30 days, in milliseconds. */
export const remembered = 30 * 24 * 3_600_000;

/** The drifts of all processes of this machine, in `guard.db`. */
export class DriftRecord {
  private constructor(private readonly database: DatabaseSync) {}

  /** @throws of SQLite */
  static open(file: string): DriftRecord {
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; ${schema} COMMIT`);
      return new DriftRecord(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * All or none of them.
   * @throws of SQLite, also when another process writes at this moment: then it is to be tried again
   */
  add(sightings: Iterable<Sighting>): void {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      const insert = this.database.prepare(
        "INSERT INTO contract_drift VALUES (:operation, :field, :expected, :found, :essential, :first, :last, :count) ON CONFLICT DO UPDATE SET " +
          "essential = excluded.essential, last_seen = max(last_seen, excluded.last_seen), count = count + excluded.count",
      );
      let latest = 0;
      for (const { drift, first, last, count } of sightings) {
        const { operation, field, expected, found, essential } = drift;
        insert.run({ operation, field, expected, found, essential: essential ? 1 : 0, first, last, count });
        latest = Math.max(latest, last);
      }
      this.database.prepare("DELETE FROM contract_drift WHERE last_seen < ?").run(latest - remembered);
      this.database.exec("COMMIT");
    } catch (error) {
      this.database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.database.close();
  }
}

/**
 * The drifts that were seen in the last 30 days, the newest first.
 * @param file `guard.db`; none when it is not there
 * @throws of SQLite
 */
export function recordedDrifts(file: string, now: number = Date.now()): RecordedDrift[] {
  if (!existsSync(file)) return [];
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const there = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'contract_drift'").get() !== undefined;
    if (!there) return [];
    const rows = database
      .prepare("SELECT * FROM contract_drift WHERE last_seen >= ? ORDER BY first_seen DESC, operation, field")
      .all(now - remembered);
    return z
      .array(row)
      .parse(rows)
      .map(({ essential, first_seen, last_seen, ...rest }) => ({
        ...rest,
        essential: essential === 1,
        firstSeen: new Date(first_seen),
        lastSeen: new Date(last_seen),
      }));
  } finally {
    database.close();
  }
}
