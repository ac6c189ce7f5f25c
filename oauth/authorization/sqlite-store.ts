import { DatabaseSync } from "node:sqlite";

import { z } from "zod";

import { makePrivateFile } from "../vault/private-file";
import {
  type PendingAuthorization,
  type PendingAuthorizations,
  type PendingKey,
  pendingSchema,
  type Taken,
  type TakeRefusal,
} from "./pending";

/** How long an answered or forgotten authorization can still be told from one that nobody asked for: a day. */
const memory = 86_400_000;

const schema = `
  CREATE TABLE IF NOT EXISTS pending_authorizations (
    state_hash TEXT PRIMARY KEY,
    session_hash TEXT NOT NULL,
    -- JSON; NULL once it is answered.
    pending TEXT,
    -- Milliseconds since 1970.
    expires INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`;

/** In a file that any number of processes share, so that a browser may come back to another one than it left. */
export class SqlitePendingAuthorizations implements PendingAuthorizations {
  private readonly database: DatabaseSync;

  /**
   * @param file which only its owner may read; it is made if there is none
   * @param patienceMs how long another process may have the file to itself. Default: 10 seconds
   * @throws PendingStoreUnavailable
   */
  constructor(
    private readonly file: string,
    patienceMs = 10_000,
  ) {
    this.database = this.guarded(() => {
      makePrivateFile(file);
      const database = new DatabaseSync(file, { timeout: patienceMs });
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      database.exec(schema);
      return database;
    });
  }

  add({ stateHash, sessionHash }: PendingKey, pending: PendingAuthorization, expires: Date): Promise<void> {
    return this.run(() => {
      this.database.prepare("DELETE FROM pending_authorizations WHERE expires < ?").run(expires.getTime() - memory);
      this.database
        .prepare("INSERT INTO pending_authorizations (state_hash, session_hash, pending, expires) VALUES (?, ?, ?, ?)")
        .run(stateHash, sessionHash, JSON.stringify(pending), expires.getTime());
    });
  }

  take({ stateHash, sessionHash }: PendingKey, now: Date): Promise<Taken> {
    return this.run(() => {
      // One write transaction, so that of two processes the second sees what the first has done.
      this.database.exec("BEGIN IMMEDIATE");
      try {
        const row = rowSchema
          .optional()
          .parse(
            this.database
              .prepare("SELECT session_hash, pending, expires FROM pending_authorizations WHERE state_hash = ?")
              .get(stateHash),
          );
        const refused = refusal(row, sessionHash, now);
        if (refused !== undefined) return { refused };
        this.database.prepare("UPDATE pending_authorizations SET pending = NULL WHERE state_hash = ?").run(stateHash);
        return { pending: pendingSchema.parse(JSON.parse(row?.pending ?? "")) };
      } finally {
        this.database.exec("COMMIT");
      }
    });
  }

  close(): void {
    this.database.close();
  }

  private run<Result>(act: () => Result): Promise<Result> {
    return new Promise((resolve) => {
      resolve(this.guarded(act));
    });
  }

  private guarded<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      throw new PendingStoreUnavailable(this.file, error);
    }
  }
}

/** The file in which authorizations wait can't be used. */
export class PendingStoreUnavailable extends Error {
  override readonly name = "PendingStoreUnavailable";
  readonly code = "PENDING_STORE_UNAVAILABLE";

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`authorizations can't be kept in ${file}: ${why}. Once that is mended, start the connection again.`, {
      cause,
    });
  }
}

const rowSchema = z.object({ session_hash: z.string(), pending: z.string().nullable(), expires: z.number() });
type Row = z.infer<typeof rowSchema>;

function refusal(row: Row | undefined, sessionHash: string, now: Date): TakeRefusal | undefined {
  if (row === undefined) return "unknown-state";
  if (row.session_hash !== sessionHash) return "other-session";
  if (row.pending === null) return "used";
  return row.expires <= now.getTime() ? "expired" : undefined;
}
