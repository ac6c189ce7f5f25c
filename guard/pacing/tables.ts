import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Bumped with every change below: what an older version counted is then forgotten, and shows as somebody else's requests for an hour. */
const version = 1;

const schema = `
CREATE TABLE pace_account (
  account TEXT PRIMARY KEY,
  checked INTEGER NOT NULL,        -- milliseconds since 1970, of the last transaction
  minute_edge INTEGER NOT NULL,    -- the last second that no longer counts in the minute's window
  hour_edge INTEGER NOT NULL,
  virtual_time INTEGER NOT NULL,   -- where the request that was let in last started
  quiet_until INTEGER NOT NULL,    -- milliseconds: the API wants to be left alone
  others TEXT NOT NULL             -- JSON: what others use
) STRICT, WITHOUT ROWID;
CREATE TABLE pace_stack (
  account TEXT NOT NULL,
  stack TEXT NOT NULL,
  minute INTEGER NOT NULL,         -- sums of pace_use within the windows
  hour INTEGER NOT NULL,
  start INTEGER NOT NULL,          -- in virtual time, of its next request
  PRIMARY KEY (account, stack)
) STRICT, WITHOUT ROWID;
CREATE TABLE pace_use (
  account TEXT NOT NULL,
  second INTEGER NOT NULL,         -- since 1970: the one in which the answers came
  stack TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (account, second, stack)
) STRICT, WITHOUT ROWID;
CREATE TABLE pace_process (
  account TEXT NOT NULL,
  process TEXT NOT NULL,
  stack TEXT NOT NULL,
  open INTEGER NOT NULL,           -- requests without an answer
  open_until INTEGER NOT NULL,     -- milliseconds: after that, they count as answered
  waiting INTEGER NOT NULL,        -- requests that wait for their turn
  waiting_until INTEGER NOT NULL,  -- milliseconds: until then, that is believed
  PRIMARY KEY (account, process, stack)
) STRICT, WITHOUT ROWID;
CREATE TABLE pace_version (version INTEGER NOT NULL) STRICT;
INSERT INTO pace_version VALUES (${version});
`;

const tables = ["pace_account", "pace_stack", "pace_use", "pace_process", "pace_version"];

/** How long opening waits for another process that makes the same tables. */
const patience = 5000;

/** Opens the file, which others keep other things in as well, and sees to the tables. */
export function openTables(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: patience });
  try {
    // NORMAL: what the last moments before a power cut counted may be lost, and the reserve is there for that.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
    if (!hasTables(database)) {
      for (const table of tables) database.exec(`DROP TABLE IF EXISTS ${table}`);
      database.exec(schema);
    }
    // A checkpoint waits for the disk: once in a thousand requests rather than in two hundred.
    // From here on nobody waits for a lock with the whole process held up: whoever finds it taken comes again.
    database.exec("COMMIT; PRAGMA wal_autocheckpoint = 5000; PRAGMA busy_timeout = 0");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Whether the tables are there, and are this version's. */
export function hasTables(database: DatabaseSync): boolean {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'pace_version'").get() !== undefined;
  return known && database.prepare("SELECT version FROM pace_version").get()?.version === version;
}

export type Statements = ReturnType<typeof prepare>;

export function prepare(database: DatabaseSync) {
  const one = (sql: string): StatementSync => database.prepare(sql);
  return {
    begin: one("BEGIN IMMEDIATE"),
    commit: one("COMMIT"),
    rollback: one("ROLLBACK"),
    account: one("SELECT * FROM pace_account WHERE account = ?"),
    saveAccount: one(
      "INSERT INTO pace_account VALUES (:account, :checked, :minute_edge, :hour_edge, :virtual_time, :quiet_until, :others) ON CONFLICT DO UPDATE SET " +
        "checked = excluded.checked, minute_edge = excluded.minute_edge, hour_edge = excluded.hour_edge, virtual_time = excluded.virtual_time, " +
        "quiet_until = excluded.quiet_until, others = excluded.others",
    ),
    stacks: one("SELECT stack, minute, hour, start FROM pace_stack WHERE account = ?"),
    saveStack: one(
      "INSERT INTO pace_stack VALUES (:account, :stack, :minute, :hour, :start) ON CONFLICT DO UPDATE SET " +
        "minute = excluded.minute, hour = excluded.hour, start = excluded.start",
    ),
    forgetStack: one("DELETE FROM pace_stack WHERE account = ? AND stack = ?"),
    uses: one(
      "SELECT second, stack, count FROM pace_use WHERE account = ? AND second > ? AND second <= ? ORDER BY second",
    ),
    addUse: one(
      "INSERT INTO pace_use VALUES (:account, :second, :stack, :count) ON CONFLICT DO UPDATE SET count = count + excluded.count",
    ),
    forgetUses: one("DELETE FROM pace_use WHERE account = ? AND second <= ?"),
    processes: one(
      "SELECT process, stack, open, open_until, waiting, waiting_until FROM pace_process WHERE account = ?",
    ),
    saveProcess: one(
      "INSERT INTO pace_process VALUES (:account, :process, :stack, :open, :open_until, :waiting, :waiting_until) ON CONFLICT DO UPDATE SET " +
        "open = excluded.open, open_until = excluded.open_until, waiting = excluded.waiting, waiting_until = excluded.waiting_until",
    ),
    forgetProcess: one("DELETE FROM pace_process WHERE account = ? AND process = ? AND stack = ?"),
    shiftProcesses: one(
      "UPDATE pace_process SET open_until = open_until - :by, waiting_until = waiting_until - :by WHERE account = :account",
    ),
  };
}

/** Another connection holds the lock: SQLITE_BUSY and its kin. */
export function isBusy(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" && (code & 0xff) === 5;
}
