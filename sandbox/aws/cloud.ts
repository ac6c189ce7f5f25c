import { setTimeout as pause } from "node:timers/promises";

import type { Hosts } from "../hosts/hosts";
import { takeInventory } from "./inventory";
import { Mirror } from "./mirror";
import { Moto, type MotoOptions } from "./moto";

export interface AwsCloudOptions extends Omit<MotoOptions, "ranges"> {
  readonly hosts: Hosts;
  readonly nextId: () => number;
  readonly log: (line: string) => void;
}

/** AWS on this machine: its API, and a machine behind each instance. */
export class AwsCloud {
  private readonly ended = new AbortController();
  private readonly following: Promise<void>;

  private constructor(
    private readonly moto: Moto,
    private readonly mirror: Mirror,
    private readonly log: (line: string) => void,
  ) {
    this.following = this.follow();
  }

  static async start(options: AwsCloudOptions): Promise<AwsCloud> {
    const moto = await Moto.start({ ...options, ranges: options.hosts.ranges });
    return new AwsCloud(moto, new Mirror(options), options.log);
  }

  /** The API's address: what AWS's tools take as `AWS_ENDPOINT_URL`. */
  get url(): string {
    return this.moto.url;
  }

  /** How many machines there are. */
  get machines(): number {
    return this.mirror.size;
  }

  async close(): Promise<void> {
    this.ended.abort();
    await this.following;
    await this.moto.stop();
  }

  private get isEnding(): boolean {
    return this.ended.signal.aborted;
  }

  private async follow(): Promise<void> {
    const { signal } = this.ended;
    for (let change = 0; !signal.aborted;) {
      try {
        const now = await this.moto.changesSince(change, signal);
        if (now.change === change) continue;
        const machines = await this.mirror.show(await takeInventory(this.moto.url, now.regions), now);
        await this.moto.shown(now.change, machines);
        change = now.change;
      } catch (error) {
        if (this.isEnding) return;
        this.log(`AWS could not be followed: ${error instanceof Error ? error.message : String(error)}`);
        await pause(1_000, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
