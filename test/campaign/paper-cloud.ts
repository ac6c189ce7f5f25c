import type { FastifyInstance } from "fastify";

import { manyTokens } from "../../sandbox/digitalocean/access";
import { Cloud } from "../../sandbox/digitalocean/cloud";
import { RateLimiter } from "../../sandbox/digitalocean/rate-limit";
import { buildApi } from "../../sandbox/digitalocean/server";
import type { CloudState } from "../../sandbox/digitalocean/state";
import type { Store } from "../../sandbox/digitalocean/store";
import { systemClock } from "../../sandbox/clock";
import { Faults } from "../../sandbox/faults";
import { RecordedHosts } from "../sandbox/digitalocean/recorded-hosts";
import { tokens } from "./tokens";

/** Everything that a cloud on paper knows. */
export interface Snapshot {
  readonly state: CloudState | undefined;
  readonly machines: RecordedHosts["machines"];
}

export const emptyCloud: Snapshot = { state: undefined, machines: new Map() };

/** DigitalOcean's API with faults, over machines of paper, in memory: it begins where a snapshot ends, and is over in a moment. */
export class PaperCloud {
  private constructor(
    readonly cloud: Cloud,
    readonly faults: Faults,
    private readonly hosts: RecordedHosts,
    private readonly app: FastifyInstance,
    readonly url: string,
  ) {}

  static async open({ state, machines }: Snapshot): Promise<PaperCloud> {
    const hosts = new RecordedHosts();
    for (const [id, { spec }] of machines) hosts.machines.set(id, { spec, running: false });
    const faults = new Faults();
    const log = (): void => undefined;
    const cloud = await Cloud.open({ store: memory(state), hosts, log, interference: faults });
    const access = manyTokens({ [tokens.first]: "all", [tokens.second]: "all" });
    const limiter = new RateLimiter(systemClock, { enabled: false });
    const app = buildApi({ cloud, access, limiter, faults, log });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    return new PaperCloud(cloud, faults, hosts, app, url);
  }

  /** Without faults, when everything that was begun has ended. */
  async snapshot(): Promise<Snapshot> {
    this.faults.clearAll();
    await this.cloud.settled();
    return { state: structuredClone(this.cloud.state), machines: new Map(this.hosts.machines) };
  }

  async close(): Promise<void> {
    this.faults.clearAll();
    await this.cloud.settled();
    await this.app.close();
  }
}

function memory(state: CloudState | undefined): Store {
  let kept = structuredClone(state);
  return {
    read: () => structuredClone(kept),
    write: (changed) => {
      kept = structuredClone(changed);
    },
  };
}
