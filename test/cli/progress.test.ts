import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type EngineEvent, EventLog, plain } from "../../cli/events";
import { isUnchanged, Progress } from "../../cli/progress";

const urn = "urn:pulumi:sandbox::deploy4me::digitalocean:index/droplet:Droplet::office-wiki-droplet";
const step = (op: string) => ({ metadata: { op, urn, type: "digitalocean:index/droplet:Droplet" } });

describe("the progress of a deployment", () => {
  const shown = (events: readonly EngineEvent[]): { lines: string[]; progress: Progress } => {
    const lines: string[] = [];
    const progress = new Progress((line) => lines.push(line));
    progress.show(events);
    return { lines, progress };
  };

  test("shows what was done, by kind and name", () => {
    const { lines } = shown([{ resourcePreEvent: step("create") }, { resOutputsEvent: step("create") }]);
    expect(lines).toEqual(["   0 s  + Droplet office-wiki-droplet"]);
  });

  test("passes over what stays as it is", () => {
    expect(shown([{ resourcePreEvent: step("same") }, { resOutputsEvent: step("same") }]).lines).toEqual([]);
  });

  test("shows what failed, and keeps the engine's words", () => {
    const { lines, progress } = shown([
      { resourcePreEvent: step("create") },
      { diagnosticEvent: { urn, severity: "error", message: "<{%fg 1%}>no address is free<{%reset%}>\n" } },
      { resOpFailedEvent: step("create") },
    ]);
    expect(lines).toEqual([
      "   0 s  error: office-wiki-droplet: no address is free",
      "   0 s  + failed: Droplet office-wiki-droplet",
    ]);
    expect(progress.failures).toEqual(["office-wiki-droplet: no address is free"]);
  });

  test("has the engine's own count at the end, and none before", () => {
    expect(shown([]).progress.summary).toBeUndefined();
    const summaryEvent = { resourceChanges: { same: 31, create: 1 } };
    expect(shown([{ summaryEvent }]).progress.summary).toEqual({ same: 31, create: 1 });
  });

  test.each([
    [{ same: 32 }, true],
    [{ same: 31, read: 1, update: 0 }, true],
    [{ same: 31, update: 1 }, false],
    [{ delete: 1 }, false],
  ])("%j means unchanged: %s", (changes, unchanged) => {
    expect(isUnchanged(changes)).toBe(unchanged);
  });
});

describe("the engine's events", () => {
  test("are read as they come; half a line waits for its other half", () => {
    const directory = mkdtempSync(join(tmpdir(), "deploy4me-events-"));
    const file = join(directory, "events.json");
    const log = new EventLog(file);
    expect(log.read()).toEqual([]);
    const line = JSON.stringify({ sequence: 1, summaryEvent: { resourceChanges: { same: 1 }, durationSeconds: 2 } });
    writeFileSync(file, line.slice(0, 20));
    expect(log.read()).toEqual([]);
    appendFileSync(file, `${line.slice(20)}\n{"sequence":2}\n`);
    expect(log.read()).toEqual([{ summaryEvent: { resourceChanges: { same: 1 } } }, {}]);
    expect(log.read()).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test("carry marks for colours that are not shown", () => {
    expect(plain("<{%fg 13%}><{%bold%}>warning: <{%reset%}>beware\n")).toBe("warning: beware");
  });
});
