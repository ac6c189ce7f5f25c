import type { MachineUsage } from "../hosts/hosts";
import { findSize } from "./catalogue/sizes";
import type { Cloud } from "./cloud";
import type { Droplet } from "./state";

/** What a machine used at a point in time. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly usage: MachineUsage;
  readonly vcpus: number;
  /** Processor seconds that nobody used since the machine was first looked at after its boot. */
  readonly idleSeconds: number;
}

export interface SamplerOptions {
  /** How often (ms) each machine is looked at. Default: a minute. */
  readonly every?: number;
  /** How many samples of a machine are kept. Default: a day's, with the default of `every`. */
  readonly kept?: number;
  readonly log: (line: string) => void;
}

/**
 * Looks at the droplets that have monitoring switched on, as the original's agent does inside of them, and remembers what
 * it saw for a day: in memory only, so a daemon that was started again knows nothing of the time before.
 */
export class Sampler {
  private readonly samples = new Map<number, Sample[]>();
  private readonly end = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly cloud: Cloud,
    private readonly options: SamplerOptions,
  ) {}

  /** Looks at every machine now, and from now on by the cloud's clock. */
  start(): void {
    this.running ??= this.run();
  }

  async close(): Promise<void> {
    this.end.abort();
    await this.running;
  }

  /** The oldest first. */
  of(dropletId: number): readonly Sample[] {
    return this.samples.get(dropletId) ?? [];
  }

  /** Looks at every machine once, and forgets those that are gone. */
  async sample(): Promise<void> {
    const { droplets } = this.cloud.state;
    for (const id of this.samples.keys()) if (!droplets.some((one) => one.id === id)) this.samples.delete(id);
    for (const droplet of droplets) {
      if (!droplet.features.includes("monitoring") || !this.cloud.isRunning(droplet)) continue;
      try {
        this.remember(droplet, await this.cloud.hosts.usage(droplet.id));
      } catch (error) {
        // It may have been switched off or destroyed this moment.
        const why = error instanceof Error ? error.message : String(error);
        this.options.log(`droplet ${droplet.id} (${droplet.name}) could not be looked at: ${why}`);
      }
    }
  }

  private async run(): Promise<void> {
    while (!this.end.signal.aborted) {
      await this.sample();
      await this.cloud.clock.sleep(this.options.every ?? 60_000, this.end.signal);
    }
  }

  private remember({ id, size }: Droplet, usage: MachineUsage): void {
    const before = this.of(id).at(-1);
    const at = this.cloud.clock.now().getTime();
    const vcpus = findSize(size)?.vcpus ?? 1;
    const sample = { at, usage, vcpus, idleSeconds: idleSeconds(before, { at, usage, vcpus }) };
    this.samples.set(id, [...this.of(id), sample].slice(-(this.options.kept ?? 24 * 60)));
  }
}

/** Counters begin anew with each boot, and so does this one. */
function idleSeconds(before: Sample | undefined, now: Omit<Sample, "idleSeconds">): number {
  if (before === undefined) return 0;
  const used = busySeconds(now.usage) - busySeconds(before.usage);
  if (used < 0) return 0;
  return before.idleSeconds + Math.max(0, ((now.at - before.at) / 1000) * now.vcpus - used);
}

function busySeconds({ cpuSeconds: { user, system } }: MachineUsage): number {
  return user + system;
}
