import type { Sample } from "../sampler";

/** A metric of one droplet with its labels. */
export interface Metric {
  readonly labels: Readonly<Record<string, string>>;
  /** @returns undefined when one sample alone doesn't say it */
  readonly read: (sample: Sample, before: Sample | undefined) => number | undefined;
}

export interface Series {
  readonly labels: Metric["labels"];
  /** Seconds since 1970, and the value. */
  readonly values: readonly (readonly [number, number])[];
}

/** How many steps a window has at most: six hours go by two minutes, as in the examples of the original. */
const mostSteps = 180;
const shortestStep = 60;
/** How old (s) a sample may be that still speaks for a moment: as Prometheus has it. */
const lookback = 300;

/**
 * What a range query of Prometheus answers: at every whole step of the window the last value before.
 * @param start seconds since 1970, as is `end`
 */
export function seriesOf(metrics: readonly Metric[], samples: readonly Sample[], start: number, end: number): Series[] {
  const step = shortestStep * Math.max(1, Math.ceil((end - start) / (shortestStep * mostSteps)));
  const moments: number[] = [];
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) moments.push(at);
  return metrics
    .map(({ labels, read }) => ({
      labels,
      values: moments.flatMap((at) => {
        const index = samples.findLastIndex((sample) => sample.at <= at * 1000);
        const sample = samples[index];
        if (sample === undefined || sample.at < (at - lookback) * 1000) return [];
        const value = read(sample, samples[index - 1]);
        return value === undefined ? [] : [[at, value] as const];
      }),
    }))
    .filter(({ values }) => values.length > 0);
}

type Direction = "inbound" | "outbound";
type Interface = "public" | "private";

/** Megabits a second, between a sample and the one before. */
export function bandwidth(network: Interface, direction: Direction): Metric[] {
  const count = ({ usage }: Sample): number => {
    const traffic = network === "public" ? usage.publicBytes : usage.privateBytes;
    return direction === "inbound" ? traffic.in : traffic.out;
  };
  const read: Metric["read"] = (sample, before) => {
    if (before === undefined || sample.at <= before.at) return undefined;
    // Fewer than before: the machine has booted since.
    const bytes = count(sample) < count(before) ? count(sample) : count(sample) - count(before);
    return (bytes * 8) / 1e6 / ((sample.at - before.at) / 1000);
  };
  return [{ labels: { interface: network, direction }, read }];
}

/** A cgroup tells what a machine's processes used, but nothing of interrupts and waiting: that is always zero. */
const unknownModes = ["iowait", "irq", "nice", "softirq", "steal"];

const filesystem = { device: "/dev/vda1", fstype: "ext4", mountpoint: "/" };

/** By their names in the API. Seconds of processors since the boot, bytes, and the load as `uptime` shows it. */
export const metrics: Readonly<Record<string, readonly Metric[]>> = {
  cpu: [
    { labels: { mode: "idle" }, read: ({ idleSeconds }) => idleSeconds },
    ...unknownModes.map((mode) => ({ labels: { mode }, read: () => 0 })),
    { labels: { mode: "system" }, read: ({ usage }) => usage.cpuSeconds.system },
    { labels: { mode: "user" }, read: ({ usage }) => usage.cpuSeconds.user },
  ],
  filesystem_free: [{ labels: filesystem, read: ({ usage }) => usage.disk.freeBytes }],
  filesystem_size: [{ labels: filesystem, read: ({ usage }) => usage.disk.sizeBytes }],
  load_1: [{ labels: {}, read: ({ usage }) => usage.load[0] }],
  load_5: [{ labels: {}, read: ({ usage }) => usage.load[1] }],
  load_15: [{ labels: {}, read: ({ usage }) => usage.load[2] }],
  memory_total: [{ labels: {}, read: ({ usage }) => usage.memoryBytes.total }],
  memory_free: [{ labels: {}, read: ({ usage: { memoryBytes } }) => memoryBytes.total - memoryBytes.used }],
  memory_cached: [{ labels: {}, read: ({ usage }) => usage.memoryBytes.cached }],
  memory_available: [
    { labels: {}, read: ({ usage: { memoryBytes } }) => memoryBytes.total - memoryBytes.used + memoryBytes.cached },
  ],
};
