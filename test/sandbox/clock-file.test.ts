import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "../../sandbox/clock";
import { ClockRefused, KeptClock, openClock } from "../../sandbox/clock-file";

describe("the clock of a sandbox", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-clock-"));
    file = join(directory, "clock");
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const standing = (wanted?: string): KeptClock => {
    const clock = openClock(file, wanted);
    if (!(clock instanceof KeptClock)) throw new Error("it does not stand still");
    return clock;
  };

  test("is this machine's, unless another is wanted", () => {
    expect(openClock(file)).toBe(systemClock);
    expect(openClock(file, "real")).toBe(systemClock);
  });

  test("stands still where it is wanted, and goes on from there at the next start", () => {
    const clock = standing("2026-01-01T00:00:00Z");
    clock.advance(90_000);
    expect(clock.now().toISOString()).toBe("2026-01-01T00:01:30.000Z");
    expect(standing().now()).toEqual(clock.now());
    expect(readFileSync(file, "utf8")).toBe("2026-01-01T00:01:30.000Z\n");
  });

  test("can be put forward at a start, and not back", () => {
    standing("2026-01-01T00:00:00Z");
    expect(standing("2026-02-01T00:00:00Z").now().toISOString()).toBe("2026-02-01T00:00:00.000Z");
    expect(() => openClock(file, "2026-01-31T00:00:00Z")).toThrow(ClockRefused);
    expect(() => openClock(file, "tomorrow")).toThrow("tomorrow is no time such as 2026-01-01T00:00:00Z");
  });

  test("can be this machine's again", () => {
    standing("2026-01-01T00:00:00Z");
    expect(openClock(file, "real")).toBe(systemClock);
    expect(openClock(file)).toBe(systemClock);
  });
});
