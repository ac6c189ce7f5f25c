import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";

import { z } from "zod";

import { nameOf, type StackId } from "../stack-id";
import { LeasesUnavailable, StackBusy } from "./errors";
import { heldHere, HeldLease, isHeld, type LeaseStore } from "./held";
import { type Lease, type LeaseRequest, type LeaseRow, type Leases, type LeaseTimes, usualTimes } from "./lease";
import { ownerSchema, thisProcess } from "./owner";

const rowSchema = z.object({
  epoch: z.int(),
  operation: z.string().nullable(),
  kind: z.string().nullable(),
  owner: z.string().nullable(),
  expires: z.int().nullable(),
  kept: z.string().nullable(),
});

interface Found {
  readonly epoch: number;
  readonly row: LeaseRow | undefined;
  readonly kept: string | undefined;
}

/** Longer than any other process holds the file. */
const busyMs = 5_000;

/** Leases in a file, for all processes of one machine. */
export class SqliteLeases implements Leases, LeaseStore {
  private database: DatabaseSync | undefined;

  /** @param file made when it is not there, with its folder */
  constructor(
    private readonly file: string,
    private readonly times: LeaseTimes = usualTimes,
  ) {}

  async acquire({ stack, operation, kind }: LeaseRequest, signal?: AbortSignal): Promise<Lease> {
    await Promise.resolve();
    signal?.throwIfAborted();
    const key = nameOf(stack);
    const askedAt = performance.now();
    const taken = this.written((database) => {
      const found = this.rowOf(database, key);
      if (found.row !== undefined && isHeld(key, found.row)) return found.row;
      database
        .prepare(
          `INSERT INTO lease (stack, epoch, operation, kind, owner, expires) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (stack) DO UPDATE SET epoch = excluded.epoch, operation = excluded.operation,
             kind = excluded.kind, owner = excluded.owner, expires = excluded.expires`,
        )
        .run(key, found.epoch + 1, operation, kind, JSON.stringify(thisProcess()), Date.now() + this.times.lastsMs);
      return { epoch: found.epoch + 1, previous: found.row, kept: found.kept };
    });
    if (!("previous" in taken)) throw new StackBusy(stack, taken);
    return new HeldLease(this, this.times, key, stack, taken.epoch, taken.previous, taken.kept, askedAt);
  }

  async renew(stack: StackId, epoch: number): Promise<boolean> {
    await pause(0);
    const { changes } = this.written((database) =>
      database
        .prepare("UPDATE lease SET expires = ? WHERE stack = ? AND epoch = ? AND operation IS NOT NULL")
        .run(Date.now() + this.times.lastsMs, nameOf(stack), epoch),
    );
    return changes > 0;
  }

  async release(stack: StackId, epoch: number): Promise<void> {
    await pause(0);
    this.written((database) =>
      database
        .prepare(
          `UPDATE lease SET operation = NULL, kind = NULL, owner = NULL, expires = NULL
           WHERE stack = ? AND epoch = ?`,
        )
        .run(nameOf(stack), epoch),
    );
  }

  async keep(stack: StackId, epoch: number, text: string | undefined): Promise<void> {
    await pause(0);
    this.written((database) =>
      database
        .prepare("UPDATE lease SET kept = ? WHERE stack = ? AND epoch = ?")
        .run(text ?? null, nameOf(stack), epoch),
    );
  }

  held(stack: string): ReturnType<Leases["held"]> {
    return heldHere(stack);
  }

  async holder(stack: StackId): Promise<LeaseRow | undefined> {
    await Promise.resolve();
    return this.written((database) => this.rowOf(database, nameOf(stack)).row);
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.database?.close();
    this.database = undefined;
  }

  private rowOf(database: DatabaseSync, key: string): Found {
    const found = database
      .prepare("SELECT epoch, operation, kind, owner, expires, kept FROM lease WHERE stack = ?")
      .get(key);
    if (found === undefined) return { epoch: 0, row: undefined, kept: undefined };
    const { epoch, operation, kind, owner, expires, kept } = rowSchema.parse(found);
    if (operation === null || owner === null) return { epoch, row: undefined, kept: kept ?? undefined };
    const parsed = ownerSchema.parse(JSON.parse(owner));
    return {
      epoch,
      kept: kept ?? undefined,
      row: { epoch, operation, kind: kind ?? "", owner: parsed, expired: (expires ?? 0) < Date.now() },
    };
  }

  /** One transaction that writes from its beginning on, so that two readers can't both find a stack free. */
  private written<Value>(work: (database: DatabaseSync) => Value): Value {
    try {
      const database = this.open();
      database.exec("BEGIN IMMEDIATE");
      try {
        const value = work(database);
        database.exec("COMMIT");
        return value;
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    } catch (cause) {
      throw new LeasesUnavailable(this.file, { cause });
    }
  }

  private open(): DatabaseSync {
    if (this.database !== undefined) return this.database;
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(this.file, { timeout: busyMs });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    database.exec(
      `CREATE TABLE IF NOT EXISTS lease (
        stack TEXT PRIMARY KEY, epoch INTEGER NOT NULL,
        operation TEXT, kind TEXT, owner TEXT, expires INTEGER, kept TEXT
      ) STRICT`,
    );
    this.database = database;
    return database;
  }
}
