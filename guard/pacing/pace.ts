import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

import type { Clock, Log, Pace, PaceObservation, Turn } from "../interfaces";
import { systemClock } from "../interfaces";
import { Desk } from "./desk";
import { PacingClosed, PacingUnavailable } from "./errors";
import { Ledger } from "./ledger";
import { keyListingsOf } from "./limits";
import { openTables } from "./tables";

export interface PacingOptions {
  /** `guard.db`: all processes of this machine that ask the same accounts share it. */
  readonly file: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** How long a request waits for its turn at most, in milliseconds. Default: two minutes, so that the minute's limit is always waited for. */
  readonly longestWaitMs?: number;
  /**
   * After this time a request without an answer counts as one that was answered, in milliseconds: longer than any request is waited for.
   * Default: two minutes.
   */
  readonly answerWithinMs?: number;
  /** Told of pauses. Default: nobody. */
  readonly log?: Log;
}

const minutes = 60_000;
/** For how long another process is believed to wait; it looks again well before. */
const believedFor = 2000;

/**
 * Keeps the requests to an account below DigitalOcean's limits, over all stacks and processes of this machine, and lets stacks share them
 * fairly.
 *
 * Sliding windows, as the API counts itself, and not a rate (GCRA), which has to leave room for a burst at its end: with 240 requests a minute
 * to give, it gives 120 at once and then 2 a second, so that a refresh of 200 resources takes 40 s instead of none, and an hour has half of
 * its requests (bench/pacing). A request counts from when it is let in until a minute and an hour after its answer, so it
 * counts here for as long as at the API however long it was on its way.
 */
export class Pacing implements Pace {
  private readonly desks = new Map<string, Desk>();
  private readonly process = randomUUID();
  private closed = false;

  private constructor(
    private readonly database: DatabaseSync,
    private readonly options: Required<PacingOptions>,
    private readonly ledger: Ledger,
  ) {}

  /** @throws PacingUnavailable */
  static open({
    file,
    clock = systemClock,
    longestWaitMs = 2 * minutes,
    answerWithinMs = 2 * minutes,
    log = () => undefined,
  }: PacingOptions): Pacing {
    try {
      const database = openTables(file);
      const ledger = new Ledger(database, { answerWithin: answerWithinMs, believedFor });
      return new Pacing(database, { file, clock, longestWaitMs, answerWithinMs, log }, ledger);
    } catch (error) {
      throw new PacingUnavailable(file, error);
    }
  }

  /** @throws RateLimitReached, PacingUnavailable, PacingClosed, and the signal's reason */
  async admit({ account, stack, signal, listsKeys = false }: Turn): Promise<void> {
    if (this.closed) throw new PacingClosed();
    if (!listsKeys) return this.desk(account).admit(stack, signal);
    const own = this.desk(keyListingsOf(account));
    await own.admit(stack, signal);
    try {
      await this.desk(account).admit(stack, signal);
    } catch (error) {
      own.observe(stack, undefined, {});
      throw error;
    }
  }

  /** Once for each request that was admitted: with what the API answered, or without a status when it did not. */
  observe({ account, stack, status, headers, listsKeys = false }: PaceObservation): void {
    if (this.closed) return;
    this.desk(account).observe(stack, status, headers);
    // What the API says of its limits is about the others.
    if (listsKeys) this.desk(keyListingsOf(account)).observe(stack, undefined, {});
  }

  /** Requests that wait are refused; those on their way count as answered now. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const desk of this.desks.values()) desk.close();
    this.database.close();
  }

  private desk(account: string): Desk {
    const found = this.desks.get(account);
    if (found !== undefined) return found;
    const made = new Desk(account, this.process, this.ledger, this.options);
    this.desks.set(account, made);
    return made;
  }
}
