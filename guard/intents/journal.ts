import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

import { JournalUnavailable } from "./errors";
import type { Intent, NewIntent } from "./intent";
import { intentOf } from "./rows";
import { openTables } from "./tables";

export interface JournalOptions {
  /** `guard.db`: all guards of this machine share it. */
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const day = 86_400_000;
/** How long what has ended is remembered: a deployment that lost its state within this time still finds what is its own. */
const rememberedMs = 30 * day;
/** How long what is open stays so, when nobody asks for the same again. An action and a deletion say nothing any more after a day. */
const openMs = 90 * day;

/** What was to be written to the API, and what came of it: on the disk before anything leaves. */
export class Journal {
  private readonly statements = new Map<string, StatementSync>();

  private constructor(
    private readonly file: string,
    private readonly database: DatabaseSync,
    private readonly now: () => number,
  ) {}

  /** @throws JournalUnavailable */
  static open({ file, now }: JournalOptions): Journal {
    const journal = new Journal(file, opened(file), now);
    journal.forget();
    return journal;
  }

  close(): void {
    this.database.close();
  }

  write({ account, stack, epoch, method, path, key, marks, identity, before }: NewIntent): number {
    const { lastInsertRowid } = this.run(
      "INSERT INTO intent (account, stack, epoch, method, path, key, marks, identity, before, state, written_at, changed_at) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'written', ?, ?)",
      ...[account, stack, epoch, method, path, key, JSON.stringify(marks), identity ?? null, JSON.stringify(before)],
      ...[this.now(), this.now()],
    );
    return Number(lastInsertRowid);
  }

  /** It leaves in a moment. */
  sent(id: number): void {
    this.run("UPDATE intent SET state = 'sent', changed_at = ? WHERE id = ?", this.now(), id);
  }

  ambiguous(id: number, reason: string): void {
    this.run("UPDATE intent SET state = 'ambiguous', reason = ?, changed_at = ? WHERE id = ?", reason, this.now(), id);
  }

  /** The client has its answer. */
  answered(id: number): void {
    this.run(
      "UPDATE intent SET state = 'answered', changed_at = ? WHERE id = ? AND state <> 'resolved'",
      this.now(),
      id,
    );
  }

  resolved(id: number, reason: string): void {
    this.run("UPDATE intent SET state = 'resolved', reason = ?, changed_at = ? WHERE id = ?", reason, this.now(), id);
  }

  /** An operation goes on with what an earlier one left open. */
  takeOver(id: number, epoch: number): void {
    this.run("UPDATE intent SET epoch = ? WHERE id = ?", epoch, id);
  }

  /**
   * The API's answer says what was made.
   * @returns false when another intent has taken it for its own meanwhile: then this one's is still to be found
   */
  made(id: number, resource: string): boolean {
    return this.atOnce(() => {
      const stolen = this.get(
        "SELECT 1 FROM intent AS other, intent AS own WHERE own.id = ? AND other.account = own.account AND other.resource = ? AND other.id <> own.id " +
          "AND other.adopted = 1 AND other.gone = 0 AND other.changed_at >= own.written_at",
        ...[id, resource],
      );
      if (stolen === undefined) this.makes(id, resource, 0);
      return stolen === undefined;
    });
  }

  /**
   * It was found.
   * @param since another intent's is only what it was answered with after this time: an older one was there before
   * @returns false when another intent was answered with it
   */
  adopted(id: number, account: string, resource: string, since: number): boolean {
    return this.atOnce(() => {
      const free = !this.claimed(id, account, since).has(resource);
      if (free) this.makes(id, resource, 1);
      return free;
    });
  }

  /** What other intents were answered with since a time. */
  claimed(id: number, account: string, since: number): ReadonlySet<string> {
    const found = this.all(
      "SELECT resource FROM intent WHERE account = ? AND resource IS NOT NULL AND id <> ? AND state IN ('made', 'answered') AND gone = 0 AND changed_at >= ?",
      ...[account, id, since],
    );
    return new Set(found.map(({ resource }) => String(resource)));
  }

  /** How many requests, of all stacks, asked for the very same and do not know yet what came of it. */
  equals(account: string, key: string): number {
    const found = this.get(
      "SELECT count(*) AS count FROM intent WHERE account = ? AND key = ? AND state IN ('sent', 'ambiguous')",
      ...[account, key],
    );
    return Number(found?.count);
  }

  /** Something was deleted. */
  gone(account: string, resource: string): void {
    this.run("UPDATE intent SET gone = 1 WHERE account = ? AND resource = ?", account, resource);
    this.run(
      "UPDATE intent SET state = 'resolved', reason = 'DELETED', changed_at = ? WHERE account = ? AND resource = ? AND state = 'made'",
      ...[this.now(), account, resource],
    );
  }

  /** The same request, of which nobody knows the end; the newest. What was never sent, is none. */
  open(stack: string, key: string): Intent | undefined {
    const found = this.get(
      `SELECT * FROM intent WHERE stack = ? AND key = ? AND ${isOpen} ORDER BY id DESC LIMIT 1`,
      stack,
      key,
    );
    return found === undefined ? undefined : intentOf(found);
  }

  /** Others of the same path and identity, of which nobody knows the end. */
  openLike(stack: string, path: string, identity: string): Intent[] {
    const found = this.all(
      `SELECT * FROM intent WHERE stack = ? AND path = ? AND identity = ? AND ${isOpen} ORDER BY id`,
      stack,
      path,
      identity,
    );
    return found.map(intentOf);
  }

  /** Everything of which nobody knows the end, of one stack or of all. Of a stack in which an operation runs, what is under way is among it. */
  unfinished(stack?: string): Intent[] {
    const found =
      stack === undefined
        ? this.all(`SELECT * FROM intent WHERE ${isOpen} ORDER BY id`)
        : this.all(`SELECT * FROM intent WHERE stack = ? AND ${isOpen} ORDER BY id`, stack);
    return found.map(intentOf);
  }

  /**
   * What a stack's clients were told of and that was not deleted through the guard since. Who has the stack's state finds here what is missing from it, when the
   * client died before it could write it down.
   */
  allTold(stack: string): Intent[] {
    return this.all(
      "SELECT * FROM intent WHERE stack = ? AND method = 'POST' AND state = 'answered' AND resource IS NOT NULL AND gone = 0 ORDER BY id",
      stack,
    ).map(intentOf);
  }

  /** What was made for all stacks, told or not. */
  allMade(): Intent[] {
    return this.all(
      "SELECT * FROM intent WHERE method = 'POST' AND state IN ('made', 'answered') AND resource IS NOT NULL AND gone = 0 ORDER BY id",
    ).map(intentOf);
  }

  /** What a client of the stack was answered with when it asked for the same the last time. */
  told(stack: string, key: string): string | undefined {
    const found = this.get(
      "SELECT resource FROM intent WHERE stack = ? AND key = ? AND state = 'answered' AND resource IS NOT NULL AND gone = 0 ORDER BY id DESC LIMIT 1",
      ...[stack, key],
    );
    return found === undefined ? undefined : String(found.resource);
  }

  /** The client lost what it was told: the next equal request gets it again. */
  reopen(id: number): void {
    this.run(
      "UPDATE intent SET state = 'made', changed_at = ? WHERE id = ? AND state = 'answered' AND gone = 0",
      this.now(),
      id,
    );
  }

  /** It was found, and the state of its stack has it: no client asks for it any more. */
  settled(id: number, resource: string): void {
    this.run(
      "UPDATE intent SET state = 'answered', resource = ?, adopted = 1, changed_at = ? WHERE id = ? AND gone = 0",
      ...[resource, this.now(), id],
    );
  }

  private forget(): void {
    const now = this.now();
    const end = `UPDATE intent SET state = 'resolved', reason = 'TOO_OLD', changed_at = ? WHERE ${isOpen} AND written_at < ?`;
    this.run(end, now, now - openMs);
    this.run(`${end} AND (method = 'DELETE' OR path LIKE '%/actions')`, now, now - day);
    this.run(
      "DELETE FROM intent WHERE state IN ('written', 'answered', 'resolved') AND changed_at < ?",
      now - rememberedMs,
    );
  }

  private makes(id: number, resource: string, adopted: 0 | 1): void {
    this.run(
      "UPDATE intent SET state = 'made', resource = ?, adopted = ?, changed_at = ? WHERE id = ?",
      ...[resource, adopted, this.now(), id],
    );
  }

  private atOnce<Result>(work: () => Result): Result {
    return this.safely(() => {
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

  private run(sql: string, ...values: SQLInputValue[]): ReturnType<StatementSync["run"]> {
    return this.safely(() => this.statement(sql).run(...values));
  }

  private get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.safely(() => this.statement(sql).get(...values));
  }

  private all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.safely(() => this.statement(sql).all(...values));
  }

  private statement(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const made = this.database.prepare(sql);
    this.statements.set(sql, made);
    return made;
  }

  private safely<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw error instanceof JournalUnavailable ? error : new JournalUnavailable(this.file, error);
    }
  }
}

function opened(file: string): DatabaseSync {
  try {
    return openTables(file);
  } catch (error) {
    throw new JournalUnavailable(file, error);
  }
}

const isOpen = "state IN ('sent', 'ambiguous', 'made') AND gone = 0";
