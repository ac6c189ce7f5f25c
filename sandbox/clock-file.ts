import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

import { type Clock, ManualClock, systemClock } from "./clock";

/** A time was asked for that the sandbox's clock can't show. */
export class ClockRefused extends Error {
  override readonly name = "ClockRefused";
  readonly code = "CLOCK_REFUSED";
}

/**
 * A clock that stands still, and where it stands is kept: a sandbox that is started again goes on at the same time.
 */
export class KeptClock extends ManualClock {
  constructor(
    start: Date,
    private readonly file: string,
  ) {
    super(start);
    this.keep();
  }

  override advance(ms: number): void {
    super.advance(ms);
    this.keep();
  }

  private keep(): void {
    const temporary = `${this.file}.new`;
    writeFileSync(temporary, `${this.now().toISOString()}\n`, { mode: 0o600 });
    renameSync(temporary, this.file);
  }
}

/**
 * The clock a sandbox goes by.
 * @param file where the time is kept while it stands still
 * @param wanted a time (ISO 8601) at which it is to stand; `real` for the machine's own; absent: as at the last start,
 * and at first the machine's own
 * @throws ClockRefused when it is no time, or one that is over already: what happened would not have happened yet
 */
export function openClock(file: string, wanted?: string): Clock {
  if (wanted === "real") {
    rmSync(file, { force: true });
    return systemClock;
  }
  const kept = existsSync(file) ? new Date(readFileSync(file, "utf8").trim()) : undefined;
  if (wanted === undefined) return kept === undefined ? systemClock : new KeptClock(kept, file);
  const start = new Date(wanted);
  if (Number.isNaN(start.getTime())) throw new ClockRefused(`${wanted} is no time such as 2026-01-01T00:00:00Z`);
  if (kept !== undefined && kept > start) {
    throw new ClockRefused(
      `the sandbox's clock is at ${kept.toISOString()} already and goes forward only: start anew with ` +
        "`deploy4me sandbox reset`",
    );
  }
  return new KeptClock(start, file);
}
