import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { home } from "../../cli/home";
import type { Hosts, MachineUsage } from "../../sandbox/hosts/hosts";
import { buildImage } from "../../sandbox/hosts/image";
import { openHosts, removeHosts } from "../../sandbox/hosts/room";
import { summary } from "../measure";
import { Farm } from "./farm";

/** The goal: 20 machines SSH-ready within this time, on a machine with two processors. */
const limits = { machines: 20, readySeconds: 60, ownMb: 18 } as const;

/**
 * Measures the machine room alone: how long it takes until one machine, and then many at once, answer by SSH to who knows
 * their host key, and what an idle one costs. `MACHINES` overrides how many. Exits with 1 when a limit is passed.
 */
async function main(): Promise<void> {
  const count = Number(process.env.MACHINES ?? limits.machines);
  const { image } = home();
  await buildImage(image, () => undefined);
  const top = mkdtempSync(join(tmpdir(), "deploy4me-bench-"));
  const directory = join(top, "room");
  mkdirSync(directory);
  try {
    const hosts = await openHosts({ directory, image, log: say });
    try {
      await measure(hosts, Farm.make(hosts, top), count);
    } finally {
      await hosts.close();
      await removeHosts(directory);
    }
  } finally {
    rmSync(top, { recursive: true });
  }
}

async function measure(hosts: Hosts, farm: Farm, count: number): Promise<void> {
  say(`${cpus().length} processors, ${memoryInUse()} MB in use before`);
  await hosts.setNetworks([farm.network]);
  await farm.boot(1);
  await hosts.destroy(1);
  const alone = await farm.boot(2);
  say(`one machine alone: answers by SSH after ${alone.toFixed(2)} s`);
  await hosts.destroy(2);

  const before = memoryInUse();
  const start = performance.now();
  const ids = Array.from({ length: count }, (_, index) => index + 3);
  const times = await Promise.all(ids.map((id) => farm.boot(id)));
  const all = (performance.now() - start) / 1000;
  const { least, median, most } = summary(times);
  say(
    `${count} machines at once: the first after ${least.toFixed(1)} s, half after ${median.toFixed(1)} s, all after ${most.toFixed(1)} s`,
  );
  say(`per machine: ${(all / count).toFixed(2)} s, ${(all / count / alone).toFixed(2)} of one alone`);

  await Promise.all(ids.map((id) => farm.settles(id)));
  const settled = (performance.now() - start) / 1000;
  say(`first boots done (cloud-init) after ${settled.toFixed(1)} s`);
  const idle = await idleUsage(hosts, ids);
  const mb = (bytes: readonly number[]): string => (summary(bytes).median / 2 ** 20).toFixed(1);
  const own = idle.map(({ memory }) => memory.used - memory.cached);
  say(
    `an idle machine: ${mb(own)} MB of its own, and ${mb(idle.map(({ memory }) => memory.cached))} MB that can be dropped`,
  );
  say(
    `this machine: ${((memoryInUse() - before) / count).toFixed(1)} MB more in use for each, supervisor and kernel included`,
  );
  say(`an idle machine: ${(summary(idle.map(({ share }) => share)).median * 100).toFixed(2)} % of a processor`);
  const passed = all <= limits.readySeconds && summary(own).median / 2 ** 20 <= limits.ownMb;
  say(passed ? "within the limits" : `ABOVE the limits of ${limits.readySeconds} s and ${limits.ownMb} MB`);
  const result = {
    machines: count,
    alone,
    ready: { least, median, most: all },
    settled,
    ownBytes: summary(own).median,
    passed,
  };
  writeFileSync(join(mkdirs(), "sandbox.json"), `${JSON.stringify(result, undefined, 2)}\n`);
  if (!passed) process.exitCode = 1;
}

/** What machines use in ten seconds in which nobody asks anything of them. */
async function idleUsage(
  hosts: Hosts,
  ids: readonly number[],
): Promise<{ memory: MachineUsage["memoryBytes"]; share: number }[]> {
  const busy = ({ cpuSeconds: { user, system } }: MachineUsage): number => user + system;
  const measureAll = () => Promise.all(ids.map((id) => hosts.usage(id)));
  const seconds = 10;
  await sleep(5_000);
  const first = await measureAll();
  await sleep(seconds * 1000);
  const second = await measureAll();
  return second.map((usage, index) => {
    const before = first[index] ?? usage;
    return { memory: usage.memoryBytes, share: (busy(usage) - busy(before)) / seconds };
  });
}

/** What this machine could not give to others, in MB. */
function memoryInUse(): number {
  const text = execFileSync("cat", ["/proc/meminfo"], { encoding: "utf8" });
  const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
  return Math.round((kb("MemTotal") - kb("MemAvailable")) / 1024);
}

function mkdirs(): string {
  const folder = join(home().root, ".deploy4me", "bench");
  mkdirSync(folder, { recursive: true });
  return folder;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
