import { existsSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";

import { z } from "zod";

import type { HeldLease, Leases } from "./interfaces";
import { isGone, type Owner, thisProcess } from "../connections/process";

/** Somebody else works on the stack. */
export class StackBusy extends Error {
  override readonly name = "StackBusy";
  readonly code = "STACK_BUSY";

  constructor(
    readonly forStack: string,
    /** What works on it, by the name of its program. */
    readonly holder: string,
    readonly pid: number,
    readonly since: Date,
    /** Whether it can't be seen from here, so that it may have ended long ago. */
    readonly elsewhere: boolean,
  ) {
    const who = `«${holder}» (process ${pid}${elsewhere ? " in another container" : ""}) works on the stack «${forStack}» since ${since.toISOString()}.`;
    const what = elsewhere
      ? "Wait until it has ended; when it is certain that it has, add --take-over."
      : "Wait until it has ended, or stop it; a command for another stack says so with --stack.";
    super(`${who} ${what}`);
  }
}

/** The file of leases can't be used. */
export class LeasesUnavailable extends Error {
  override readonly name = "LeasesUnavailable";
  readonly code = "LEASES_UNAVAILABLE";

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `Who works on which stack can't be read in ${file}: ${why}. See whether the disk is full or the file belongs to somebody else.`,
      {
        cause,
      },
    );
  }
}

export interface TakeOptions {
  /** What takes it, by the name of its program: shown to whoever comes next. No arguments, they may hold a secret. */
  readonly holder: string;
  /** Also from somebody who seems to be there. Whoever had it notices at its next request. Default: no. */
  readonly takeOver?: boolean;
}

const patience = 5000;

/**
 * Leases on stacks over all processes of a machine, in a SQLite file. One that is not given back is free when its process has ended, however it did.
 * Each lease of a stack has a higher epoch than the one before: whoever lost it is told apart.
 */
export class FileLeases implements Leases {
  private readonly mine = new Map<string, number>();

  private constructor(
    private readonly file: string,
    private readonly database: DatabaseSync,
    private readonly read: StatementSync,
    private readonly own: StatementSync,
    private readonly write: StatementSync,
    private readonly owner: Owner,
  ) {}

  /** @throws LeasesUnavailable */
  static open(file: string): FileLeases {
    try {
      const database = new DatabaseSync(file, { timeout: patience });
      try {
        database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${table}`);
        const [read, own, write] = [select, selectOwn, upsert].map((sql) => database.prepare(sql)) as Statements;
        return new FileLeases(file, database, read, own, write, thisProcess());
      } catch (error) {
        database.close();
        throw error;
      }
    } catch (error) {
      throw new LeasesUnavailable(file, error);
    }
  }

  /** @throws StackBusy, LeasesUnavailable */
  take(stack: string, { holder, takeOver = false }: TakeOptions): HeldLease {
    return this.transaction(() => {
      const found = this.row(stack);
      if (found !== undefined && !takeOver && isHeld(found))
        throw new StackBusy(
          stack,
          found.holder,
          found.pid,
          new Date(found.since),
          found.namespace !== this.owner.namespace,
        );
      const epoch = (found?.epoch ?? 0) + 1;
      const { pid, started, boot, namespace } = this.owner;
      this.write.run({ stack, epoch, pid, started, boot, namespace, holder, since: Date.now(), released: 0 });
      this.mine.set(stack, epoch);
      return { stack, epoch };
    });
  }

  /** Read from the file each time: somebody may have taken it over. */
  held(stack: string): HeldLease | undefined {
    const epoch = this.mine.get(stack);
    if (epoch === undefined) return undefined;
    const found = this.guarded(() => this.own.get({ stack, epoch }));
    return found === undefined ? undefined : { stack, epoch };
  }

  /** Gives a lease back; one that was lost meanwhile is left alone. */
  release({ stack, epoch }: HeldLease): void {
    if (this.mine.get(stack) === epoch) this.mine.delete(stack);
    this.transaction(() => {
      const found = this.row(stack);
      if (found?.epoch === epoch) this.write.run({ ...found, released: 1 });
    });
  }

  close(): void {
    this.mine.clear();
    this.database.close();
  }

  private row(stack: string): Row | undefined {
    const found = this.read.get(stack);
    return found === undefined ? undefined : row.parse(found);
  }

  private transaction<T>(work: () => T): T {
    return this.guarded(() => {
      this.database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.database.exec("COMMIT");
        return result;
      } catch (error) {
        if (this.database.isTransaction) this.database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  private guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw error instanceof StackBusy ? error : new LeasesUnavailable(this.file, error);
    }
  }
}

/** A lease, and who has it. */
export interface LeaseOfOne extends HeldLease {
  /** By the name of its program. */
  readonly holder: string;
  readonly pid: number;
  readonly since: Date;
}

/**
 * The leases that are held at this moment, by whomever. Nothing is changed.
 * @param file none when it is not there
 * @throws LeasesUnavailable
 */
export function heldLeases(file: string): LeaseOfOne[] {
  if (!existsSync(file)) return [];
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: patience });
    try {
      const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'lease'").get() !== undefined;
      const rows = known ? database.prepare("SELECT * FROM lease ORDER BY stack").all() : [];
      return z
        .array(row)
        .parse(rows)
        .filter(isHeld)
        .map(({ stack, epoch, holder, pid, since }) => ({ stack, epoch, holder, pid, since: new Date(since) }));
    } finally {
      database.close();
    }
  } catch (error) {
    throw new LeasesUnavailable(file, error);
  }
}

function isHeld(found: Row): boolean {
  return found.released === 0 && !isGone(found);
}

const table = `
CREATE TABLE IF NOT EXISTS lease (
  stack TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  started TEXT NOT NULL,
  boot TEXT NOT NULL,
  namespace TEXT NOT NULL,
  holder TEXT NOT NULL,
  since INTEGER NOT NULL,  -- milliseconds since 1970
  released INTEGER NOT NULL
) STRICT, WITHOUT ROWID;`;
const columns = ["stack", "epoch", "pid", "started", "boot", "namespace", "holder", "since", "released"] as const;
const select = `SELECT * FROM lease WHERE stack = ?`;
/** Asked at every request, several times. */
const selectOwn = "SELECT 1 FROM lease WHERE stack = :stack AND epoch = :epoch AND released = 0";
type Statements = [StatementSync, StatementSync, StatementSync];
const upsert = `INSERT OR REPLACE INTO lease (${columns.join(", ")}) VALUES (${columns.map((name) => `:${name}`).join(", ")})`;

const integer = z.number().int();
const row = z.object({
  stack: z.string(),
  epoch: integer,
  pid: integer,
  started: z.string(),
  boot: z.string(),
  namespace: z.string(),
  holder: z.string(),
  since: integer,
  released: integer,
});
type Row = z.infer<typeof row>;
