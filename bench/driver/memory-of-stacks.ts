import type { Measured } from "./main";
import { type MemoryPeak, peakUntil } from "./memory";
import type { BenchRequest } from "./program";
import { DriverSessions } from "./sessions";
import type { Surroundings } from "./surroundings";

/** Of one stack, what is its own; of twenty at once, everything, the driver included. In MB. */
const limits = { one: 160, twenty: 4_096, count: 20 } as const;

/** Every plugin is there for as long as the command takes. */
const request = (name: string, trigger: string, sleep: number): BenchRequest => ({
  name,
  tags: 5,
  plugins: true,
  sleep,
  trigger,
});

/** One stack with every plugin: through the driver, and by `pulumi` from a shell. */
export async function one(surroundings: Surroundings, say: (line: string) => void): Promise<Measured> {
  const raw = await surroundings.raw(request("raw", "first", 0));
  await raw.run("up", "--yes", "--skip-preview", "--stack", "raw");
  raw.request(request("raw", "second", 2));
  const by = raw.start("up", "--yes", "--skip-preview", "--stack", "raw");
  const before = await peakUntil(by.ended, (session) => session === by.session);

  const driver = surroundings.driver();
  await driver.up(request("one", "first", 0)).result;
  const sessions = new DriverSessions(surroundings.folder);
  const operation = driver.up(request("one", "second", 2));
  const after = await peakUntil(operation.result, (session) => sessions.has(session));
  for (const [name, peak] of [
    ["pulumi up", before],
    ["driver", after],
  ] as const)
    for (const line of table(name, peak)) say(line);
  return {
    name: "memory of one stack",
    words: `${sum(after)} against ${sum(before)} by pulumi up; its own at most ${limits.one} MB`,
    passed: after.own <= limits.one,
    figures: { driver: plain(after), pulumi: plain(before) },
  };
}

/** Twenty of them at once, with as much memory as the goal allows. */
export async function many(surroundings: Surroundings, say: (line: string) => void): Promise<Measured> {
  const driver = surroundings.driver({ memory: { budgetMb: limits.twenty } });
  const names = Array.from({ length: limits.count }, (_, index) => `many-${index}`);
  const sessions = new DriverSessions(surroundings.folder);
  const start = performance.now();
  const all = Promise.all(names.map((name) => driver.up(request(name, "first", 8)).result));
  // This process is the driver.
  const peak = await peakUntil(all, (session, pid) => pid === process.pid || sessions.has(session), 500);
  const seconds = (performance.now() - start) / 1000;
  for (const line of table(`${limits.count} stacks`, peak)) say(line);
  const each = peak.proportional / limits.count;
  return {
    name: `${limits.count} stacks at once`,
    words:
      `${peak.proportional.toFixed(0)} MB for all, at most ${limits.twenty} MB: ${each.toFixed(0)} MB each, ` +
      `${(1024 / each).toFixed(1)} in a GB; ${seconds.toFixed(0)} s`,
    passed: peak.proportional <= limits.twenty,
    figures: { ...plain(peak), seconds },
  };
}

function sum({ resident, proportional, own }: MemoryPeak): string {
  return `${own.toFixed(0)} MB of its own (${proportional.toFixed(0)} MB with its share of programs' text, ${resident.toFixed(0)} MB resident)`;
}

function table(name: string, peak: MemoryPeak): string[] {
  const row = (what: string, { processes, own, proportional, resident }: Omit<MemoryPeak, "by">): string =>
    `  ${what.padEnd(32)} ${String(processes).padStart(3)}  ${[own, proportional, resident].map((mb) => `${mb.toFixed(0).padStart(6)} MB`).join("")}`;
  const rows = [...peak.by].sort(([, a], [, b]) => b.own - a.own).map(([what, memory]) => row(what, memory));
  return [`${name.padEnd(34)} num      own    share resident`, ...rows, row("all", peak)];
}

function plain({ by, ...sums }: MemoryPeak): object {
  return { ...sums, by: Object.fromEntries(by) };
}
