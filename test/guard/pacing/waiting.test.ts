import { chmodSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import { PacingClosed, PacingUnavailable, RateLimitReached } from "../../../guard/pacing/errors";
import { Pacing } from "../../../guard/pacing/pace";
import { minute, second, Simulation } from "./simulation";

describe("a request that waits", () => {
  let simulation: Simulation;
  beforeEach(() => {
    simulation = new Simulation();
  });
  afterEach(() => {
    simulation.end();
  });

  const outcome = (promise: Promise<unknown>): { error?: unknown } => {
    const result: { error?: unknown } = {};
    promise.catch((error: unknown) => (result.error = error));
    return result;
  };

  test("is refused when its time is over, with the time when it is worth while to ask again", async () => {
    const pacing = simulation.process({ longestWaitMs: 20 * second });
    const begun = simulation.time.now();
    simulation.flood(pacing, "stack", 192);
    const late = outcome(simulation.send(pacing, "stack"));
    await simulation.time.run(begun + 19 * second);
    expect(late.error).toBeUndefined();
    await simulation.time.run(begun + 21 * second);
    expect(late.error).toBeInstanceOf(RateLimitReached);
    const { code, by, until, account, message } = late.error as RateLimitReached;
    expect({ code, by, account }).toEqual({ code: "RATE_LIMIT_REACHED", by: "minute", account: "account" });
    expect(until.getTime() - begun).toBeGreaterThanOrEqual(minute);
    expect(until.getTime() - begun).toBeLessThanOrEqual(minute + 3 * second);
    expect(message).toContain(until.toISOString());
    await simulation.time.run(until.getTime());
    const next = simulation.flood(pacing, "stack", 1);
    await simulation.time.run(until.getTime() + 100);
    expect(next).toHaveLength(1);
  });

  test("is refused at once when the API wants to be left alone for longer", async () => {
    const pacing = simulation.process({ longestWaitMs: minute });
    pacing.observe({ account: "account", stack: "stack", status: 429, headers: { "retry-after": "600" } });
    const begun = simulation.time.now();
    const late = outcome(simulation.send(pacing, "stack"));
    await simulation.time.run(begun + 1);
    expect(late.error).toMatchObject({ by: "provider", until: new Date(begun + 600 * second) });
  });

  test("gives its place up when nobody wants it any more", async () => {
    const pacing = simulation.process();
    simulation.flood(pacing, "stack", 192);
    const gone = new AbortController();
    const given = outcome(pacing.admit({ account: "account", stack: "stack", signal: gone.signal }));
    const patient = simulation.flood(pacing, "stack", 1);
    await simulation.time.run(simulation.time.now() + second);
    gone.abort(new Error("the client has gone"));
    await simulation.time.run(simulation.time.now() + 1);
    expect(given.error).toEqual(new Error("the client has gone"));
    await simulation.time.run(simulation.time.now() + 63 * second);
    expect(patient).toHaveLength(1);
    await expect(pacing.admit({ account: "account", stack: "stack", signal: gone.signal })).rejects.toThrow(
      "the client has gone",
    );
  });

  test("is refused when the guard ends, and a log says why it waited", async () => {
    const lines: string[] = [];
    const pacing = simulation.process({ log: (line) => lines.push(line) });
    simulation.flood(pacing, "stack", 192);
    const late = outcome(simulation.send(pacing, "stack"));
    await simulation.time.run(simulation.time.now() + second);
    pacing.close();
    await simulation.time.run(simulation.time.now() + 1);
    expect(late.error).toBeInstanceOf(PacingClosed);
    await expect(simulation.send(pacing, "stack")).rejects.toBeInstanceOf(PacingClosed);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^account account: requests wait until 2026-01-01T00:01:0.*a minute is used up$/);
  });

  test("is refused when the file can't be used, and others go on when it can again", async () => {
    const pacing = Pacing.open({ file: simulation.file, longestWaitMs: minute });
    const holder = new DatabaseSync(simulation.file);
    holder.exec("BEGIN IMMEDIATE");
    const admit = () => pacing.admit({ account: "account", stack: "stack", signal: new AbortController().signal });
    const waiting = admit();
    let done = false;
    void waiting.then(() => (done = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(done).toBe(false);
    holder.exec("COMMIT");
    await waiting;
    holder.exec("DROP TABLE pace_stack");
    const failed = await admit().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(PacingUnavailable);
    expect((failed as Error).message).toContain(simulation.file);
    holder.close();
    pacing.close();
    // Whoever opens it next finds it as it should be.
    const next = Pacing.open({ file: `${simulation.file}2` });
    await next.admit({ account: "account", stack: "stack", signal: new AbortController().signal });
    next.close();
  });

  test("finds a file that is none refused when it is opened", () => {
    writeFileSync(
      simulation.file,
      "this is no database, and it is long enough to be told from an empty one".repeat(20),
    );
    chmodSync(simulation.file, 0o600);
    expect(() => Pacing.open({ file: simulation.file })).toThrow(PacingUnavailable);
  });
});
