import { DatabaseSync } from "node:sqlite";

const schema = `
CREATE TABLE IF NOT EXISTS intent (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL,
  stack TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  key TEXT NOT NULL,
  marks TEXT NOT NULL,             -- JSON
  identity TEXT,
  before TEXT NOT NULL,            -- JSON: ids
  state TEXT NOT NULL CHECK (state IN ('written', 'sent', 'ambiguous', 'made', 'answered', 'resolved')),
  resource TEXT,
  adopted INTEGER NOT NULL DEFAULT 0,  -- found by looking, not answered by the API
  gone INTEGER NOT NULL DEFAULT 0,     -- deleted since
  reason TEXT,
  written_at INTEGER NOT NULL,     -- milliseconds since 1970
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS intent_key ON intent (stack, key, state);
CREATE INDEX IF NOT EXISTS intent_resource ON intent (account, resource) WHERE resource IS NOT NULL;
`;

const patience = 5000;

/**
 * Opens the file, which others keep other things in as well. FULL: each change is on the disk when it returns, so that nothing leaves this machine
 * that is not written down.
 */
export function openTables(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: patience });
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; ${schema} COMMIT`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
