import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { parse } from "yaml";

import type { MachineSpec } from "../../../../sandbox/hosts/hosts";
import { openNetwork, removeNetwork } from "../../../../sandbox/hosts/network";
import type { MachineNetwork } from "../../../../sandbox/hosts/network";
import { Actor } from "./actors";

const execute = promisify(execFile);

/** Runs a program. @returns what it wrote */
export async function run(program: string, ...args: string[]): Promise<string> {
  return (await execute(program, args, { timeout: 20_000 })).stdout;
}

/** A network in a directory of its own, and those who play in it. Namespaces stand in for machines. */
export class TestRoom {
  private readonly actors: Actor[] = [];

  private constructor(
    readonly network: MachineNetwork,
    readonly directory: string,
    readonly log: readonly string[],
  ) {}

  static async open(): Promise<TestRoom> {
    const directory = await mkdtemp(join(tmpdir(), "deploy4me-network-"));
    const log: string[] = [];
    const network = await openNetwork({ directory, log: (line) => log.push(line) });
    return new TestRoom(network, directory, log);
  }

  /** The namespace that is no machine's. */
  get routerPath(): string {
    return `/run/netns/${this.network.ranges.visitor.namespace.replace("visitor", "router")}`;
  }

  visitor(): Actor {
    return this.actor("visitor", `/run/netns/${this.network.ranges.visitor.namespace}`);
  }

  /** This machine, where `pulumi up` runs. */
  deployer(): Actor {
    return this.actor("deployer");
  }

  actor(name: string, namespace?: string): Actor {
    const actor = Actor.start(name, namespace);
    this.actors.push(actor);
    return actor;
  }

  /** The nth address that may be used of a range: the first four are the network's own. */
  address(kind: "public" | "reserved" | "ipv6" | "reservedIpv6", nth: number): string {
    const [range = ""] = this.network.ranges[kind];
    if (kind.endsWith("pv6")) return range.replace("::/64", `::${(4 + nth).toString(16)}`);
    const [, start = "", last = ""] = /^(.*\.)(\d+)\//.exec(range) ?? [];
    return `${start}${Number(last) + 4 + nth}`;
  }

  /** A machine's specification; `id` also says which addresses it has. */
  machine(
    id: number,
    networkId: string,
    privateAddress: string,
    options: Partial<MachineSpec> & { publicly?: boolean } = {},
  ): MachineSpec {
    const { publicly = true, ...more } = options;
    return {
      id,
      hostname: `machine-${id}`,
      region: "nyc3",
      userData: "",
      sshKeys: [],
      tags: [],
      memoryMb: 512,
      vcpus: 1,
      ...(publicly && { public: { ipv4: this.address("public", id), ipv6: this.address("ipv6", id) } }),
      private: { networkId, ipv4: privateAddress },
      ...more,
    };
  }

  /** Boots a machine: attaches it, and raises its interfaces as its network configuration says. */
  async boot(machine: MachineSpec): Promise<Actor> {
    const path = await this.network.attach(machine);
    await raise(path, this.network.networkConfig(machine));
    return this.actor(machine.hostname, path);
  }

  async close(): Promise<void> {
    await Promise.all(this.actors.map((actor) => actor.stop()));
    await this.network.close();
    await removeNetwork(this.directory);
    await rm(this.directory, { recursive: true, force: true });
  }
}

interface NetworkConfig {
  readonly ethernets: Record<
    string,
    {
      readonly match: { readonly macaddress: string };
      readonly addresses: readonly string[];
      readonly routes?: readonly { readonly to: string; readonly via: string }[];
    }
  >;
}

/** What cloud-init and networkd do with a network configuration. */
export async function raise(namespace: string, config: string): Promise<void> {
  const { ethernets } = parse(config) as NetworkConfig;
  const listing = await run("nsenter", `--net=${namespace}`, "ip", "-json", "link");
  const links = JSON.parse(listing) as { ifname: string; address: string }[];
  const commands = Object.values(ethernets).flatMap(({ match, addresses, routes = [] }) => {
    const link = links.find(({ address }) => address === match.macaddress)?.ifname ?? `none with ${match.macaddress}`;
    return [
      `link set ${link} up`,
      ...addresses.map((address) => `address add ${address} dev ${link}${address.includes(":") ? " nodad" : ""}`),
      ...routes.map(({ to, via }) => `route add ${to} via ${via} dev ${link}`),
    ];
  });
  await run(
    "nsenter",
    `--net=${namespace}`,
    "sh",
    "-c",
    'printf "$1" | ip -batch -',
    "sh",
    ["link set lo up", ...commands, ""].join("\n"),
  );
}
