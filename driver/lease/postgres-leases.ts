import { z } from "zod";

import { Postgres, type PostgresOptions } from "../postgres";
import { nameOf, type StackId } from "../stack-id";
import { LeasesUnavailable, StackBusy } from "./errors";
import { heldHere, HeldLease, isHeld, type LeaseStore } from "./held";
import { type Lease, type LeaseRequest, type LeaseRow, type Leases, type LeaseTimes, usualTimes } from "./lease";
import { ownerSchema, thisProcess } from "./owner";

const rowSchema = z.object({
  // A bigint comes as text.
  epoch: z.coerce.number().int(),
  operation: z.string().nullable(),
  kind: z.string().nullable(),
  owner: z.unknown(),
  expired: z.boolean().nullable(),
  kept: z.string().nullable(),
});

/** Leases in PostgreSQL, for the processes of several machines. All times are the database's. */
export class PostgresLeases implements Leases, LeaseStore {
  private readonly postgres: Postgres;

  constructor(
    options: PostgresOptions,
    private readonly times: LeaseTimes = usualTimes,
  ) {
    this.postgres = new Postgres(
      options,
      (schema) => `CREATE TABLE IF NOT EXISTS ${schema}.lease (
        stack text COLLATE "C" NOT NULL PRIMARY KEY,
        epoch bigint NOT NULL,
        operation text, kind text, owner jsonb, expires timestamptz, kept text
      )`,
    );
  }

  async acquire({ stack, operation, kind }: LeaseRequest, signal?: AbortSignal): Promise<Lease> {
    signal?.throwIfAborted();
    const key = nameOf(stack);
    const askedAt = performance.now();
    const table = this.table;
    const taken = await this.guarded(() =>
      this.postgres.transaction(async (client) => {
        await client.query(`INSERT INTO ${table} (stack, epoch) VALUES ($1, 0) ON CONFLICT DO NOTHING`, [key]);
        const { rows } = await client.query(`${this.select} FOR UPDATE`, [key]);
        const found = read(rows[0]);
        if (found.row !== undefined && isHeld(key, found.row)) return found.row;
        await client.query(
          `UPDATE ${table} SET epoch = $2, operation = $3, kind = $4, owner = $5,
             expires = clock_timestamp() + $6 * interval '1 millisecond'
           WHERE stack = $1`,
          [key, found.epoch + 1, operation, kind, JSON.stringify(thisProcess()), this.times.lastsMs],
        );
        return { epoch: found.epoch + 1, previous: found.row, kept: found.kept };
      }),
    );
    if (!("previous" in taken)) throw new StackBusy(stack, taken);
    return new HeldLease(this, this.times, key, stack, taken.epoch, taken.previous, taken.kept, askedAt);
  }

  async renew(stack: StackId, epoch: number): Promise<boolean> {
    const { rowCount } = await this.guarded(() =>
      this.postgres.query(
        `UPDATE ${this.table} SET expires = clock_timestamp() + $3 * interval '1 millisecond'
         WHERE stack = $1 AND epoch = $2 AND operation IS NOT NULL`,
        [nameOf(stack), epoch, this.times.lastsMs],
      ),
    );
    return rowCount === 1;
  }

  async release(stack: StackId, epoch: number): Promise<void> {
    await this.guarded(() =>
      this.postgres.query(
        `UPDATE ${this.table} SET operation = NULL, kind = NULL, owner = NULL, expires = NULL
         WHERE stack = $1 AND epoch = $2`,
        [nameOf(stack), epoch],
      ),
    );
  }

  async keep(stack: StackId, epoch: number, text: string | undefined): Promise<void> {
    await this.guarded(() =>
      this.postgres.query(`UPDATE ${this.table} SET kept = $3 WHERE stack = $1 AND epoch = $2`, [
        nameOf(stack),
        epoch,
        text ?? null,
      ]),
    );
  }

  held(stack: string): ReturnType<Leases["held"]> {
    return heldHere(stack);
  }

  async holder(stack: StackId): Promise<LeaseRow | undefined> {
    const { rows } = await this.guarded(() => this.postgres.query(this.select, [nameOf(stack)]));
    return rows[0] === undefined ? undefined : read(rows[0]).row;
  }

  close(): Promise<void> {
    return this.postgres.close();
  }

  private get table(): string {
    return `${this.postgres.schema}.lease`;
  }

  private get select(): string {
    return `SELECT epoch, operation, kind, owner, expires < clock_timestamp() AS expired, kept
      FROM ${this.table} WHERE stack = $1`;
  }

  private async guarded<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (cause) {
      throw new LeasesUnavailable(this.postgres.where, { cause });
    }
  }
}

interface Found {
  readonly epoch: number;
  readonly row: LeaseRow | undefined;
  readonly kept: string | undefined;
}

function read(found: unknown): Found {
  const { epoch, operation, kind, owner, expired, kept } = rowSchema.parse(found);
  if (operation === null || owner === null) return { epoch, row: undefined, kept: kept ?? undefined };
  const row = { epoch, operation, kind: kind ?? "", owner: ownerSchema.parse(owner), expired: expired ?? true };
  return { epoch, row, kept: kept ?? undefined };
}
