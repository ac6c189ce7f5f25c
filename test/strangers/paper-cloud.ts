import { setTimeout as wait } from "node:timers/promises";

import { type Access, type Caller, manyTokens } from "../../sandbox/digitalocean/access";
import { RateLimiter } from "../../sandbox/digitalocean/rate-limit";
import type { CloudState } from "../../sandbox/digitalocean/state";
import type { Hosts } from "../../sandbox/hosts/hosts";
import { RecordedHosts } from "../sandbox/digitalocean/recorded-hosts";

/** Whom the server lets in. */
export interface Tokens {
  /** May do everything. */
  readonly owner: string;
  /** May only look. */
  readonly reader: string;
  /** Has asked for as much as a minute allows already. */
  readonly spent: string;
}

export function accessFor({ owner, reader, spent }: Tokens): Access {
  return manyTokens({ [owner]: "all", [reader]: ["read"], [spent]: "all" });
}

/**
 * Counts for everybody, and refuses one caller everything; a client that hurries through its whole life in seconds
 * would be refused as well.
 */
export class LimitsOfOne extends RateLimiter {
  constructor(
    clock: ConstructorParameters<typeof RateLimiter>[0],
    private readonly spent: Caller["id"],
  ) {
    super(clock);
  }

  override take(caller: string): ReturnType<RateLimiter["take"]> {
    this.enabled = caller === this.spent;
    return super.take(caller);
  }

  /** As if the one had made all its requests of this minute just now. */
  useUp(): void {
    while (this.take(this.spent).allowed);
  }
}

/** What a machine takes its time for. */
const slow: ReadonlySet<string | symbol> = new Set<keyof Hosts>([
  "create",
  "powerOn",
  "powerOff",
  "shutdown",
  "reboot",
  "rebuild",
  "resize",
  "destroy",
]);

/**
 * Machines of paper: everything is noted and nothing boots. What takes a while on a machine takes a while here, so that
 * a client finds actions in progress and has something to wait for.
 */
export function paperHosts(ms: number): { readonly hosts: Hosts; readonly recorded: RecordedHosts } {
  const recorded = new RecordedHosts();
  const hosts = new Proxy<Hosts>(recorded, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      // Methods of the room are called with the room, not with what stands before it.
      const method = value.bind(target) as (...args: unknown[]) => unknown;
      if (!slow.has(name)) return method;
      return async (...args: unknown[]) => {
        await wait(ms);
        return method(...args);
      };
    },
  });
  return { hosts, recorded };
}

/** What a client left behind, in words: an account has nothing but its default project and networks. */
export function leftovers(state: Readonly<CloudState>, { machines }: RecordedHosts): string[] {
  const { droplets, sshKeys, tags, volumes, snapshots, reservedIps, reservedIpv6s, domains, firewalls } = state;
  const vpcs = state.vpcs.filter((vpc) => !vpc.default);
  const projects = state.projects.filter((project) => !project.isDefault);
  const counts = {
    "droplet(s)": droplets.length,
    "SSH key(s)": sshKeys.length,
    "tag(s)": tags.length,
    "volume(s)": volumes.length,
    "snapshot(s)": snapshots.length,
    "reserved IP(s)": reservedIps.length + reservedIpv6s.length,
    "domain(s)": domains.length,
    "firewall(s)": firewalls.length,
    "VPC(s)": vpcs.length,
    "project(s)": projects.length,
    "machine(s)": machines.size,
  };
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`);
}
