import type { ChildProcess } from "node:child_process";

import type {
  InstanceMetadata,
  MachineFilter,
  MachineSpec,
  PrivateNetwork,
  ReservedAddress,
  SandboxRanges,
  Zone,
} from "../hosts";
import { machineNamespace, portsOf } from "./addresses";
import type { Layout } from "./addresses";
import { Agent } from "./agent-helper";
import { inNamespace, namespacePath, run } from "./command";
import { NetworkMembership } from "./errors";
import { cutFlows } from "./flows";
import { networkConfig } from "./guest";
import type { Helper } from "./helper";
import { networkChanges, portLinks, reservedRoutes, routerLinks, routerSettings, visitorLinks } from "./links";
import { metadataDocument } from "./metadata";
import type { MachineNetwork } from "./machine-network";
import { outsideHelper } from "./outside";
import { checkRanges } from "./private-networks";
import { ruleset } from "./rules";
import { namespacesOf, removeNamespace, sweep } from "./sweep";
import { type MachineTraffic, readTraffic } from "./traffic";
import { writeVisitorFiles } from "./visitor";

/** One sandbox's network: a router namespace that every machine is linked to, and on this machine itself only one link. */
export class RoutedNetwork implements MachineNetwork {
  private networks: readonly PrivateNetwork[] = [];
  private filters: readonly MachineFilter[] = [];
  private reserved: readonly ReservedAddress[] = [];
  private zones: readonly Zone[] = [];
  private instances: readonly InstanceMetadata[] = [];
  private serial = Math.floor(Date.now() / 1000);
  private described: readonly MachineSpec[] = [];
  private readonly attached = new Map<number, MachineSpec>();
  /** The last change: each waits for the one before, as all of them write the same rules. */
  private last: Promise<unknown> = Promise.resolve();
  private readonly agent: Agent;
  private readonly wayOut: Helper<ChildProcess>;

  /**
   * @param foreign ranges of other sandboxes on this machine, which the way out must not lead into
   * @param release is called when everything is gone
   */
  constructor(
    private readonly layout: Layout,
    private readonly foreign: readonly string[],
    private readonly release: () => Promise<void>,
    log: (line: string) => void,
  ) {
    this.agent = new Agent(layout, log);
    this.wayOut = outsideHelper(layout, log);
  }

  get ranges(): SandboxRanges {
    return this.layout.ranges;
  }

  /** Makes everything that is there without machines, on a machine where nothing of this sandbox is left. */
  async start(): Promise<void> {
    const { router, ranges } = this.layout;
    const action = "making the router";
    await sweep(this.layout.index);
    for (const namespace of [router, ranges.visitor.namespace])
      await run("ip", ["netns", "add", namespace], { action });
    const [sysctl, settings] = inNamespace(router, ["sysctl", "--quiet", "-w", ...routerSettings]);
    await run(sysctl, settings, { action });
    await this.applyRules(action);
    const links = routerLinks(this.layout);
    await batch(undefined, links.host, action);
    await batch(router, links.router, action);
    await batch(ranges.visitor.namespace, visitorLinks(this.layout), action);
    await writeVisitorFiles(this.layout);
    await Promise.all([this.wayOut.start(), this.agent.start()]);
  }

  setNetworks(networks: readonly PrivateNetwork[]): Promise<void> {
    return this.change(async () => {
      checkRanges(networks, this.layout);
      for (const {
        id,
        private: { networkId },
      } of this.attached.values()) {
        const now = networks.find((network) => network.id === networkId);
        if (now?.range !== this.networks.find((network) => network.id === networkId)?.range) {
          throw new NetworkMembership(
            networkId,
            id,
            "the network can't go or get another range while the machine is in it",
          );
        }
      }
      const action = "setting the private networks";
      await batch(this.layout.router, networkChanges(this.networks, networks), action);
      this.networks = [...networks];
      await this.applyRules(action);
      await this.tellAgent();
    });
  }

  setFilters(filters: readonly MachineFilter[]): Promise<void> {
    return this.change(async () => {
      this.filters = [...filters];
      await this.applyRules("setting the cloud firewalls");
    });
  }

  setReservedAddresses(addresses: readonly ReservedAddress[]): Promise<void> {
    return this.change(async () => {
      const before = new Map(this.reserved.map(({ address, machineId }) => [address, machineId]));
      const after = new Map(addresses.map(({ address, machineId }) => [address, machineId]));
      const action = "setting the reserved addresses";
      this.reserved = [...addresses];
      await this.applyRules(action);
      const moved = [...new Set([...before.keys(), ...after.keys()])].filter(
        (address) => before.get(address) !== after.get(address),
      );
      const leads = moved.map((address) => addresses.find((one) => one.address === address) ?? { address });
      await this.routeReserved(leads, action);
      await cutFlows(this.layout.router, moved);
      await this.tellAgent();
    });
  }

  setZones(zones: readonly Zone[]): Promise<void> {
    return this.change(async () => {
      this.zones = [...zones];
      this.serial++;
      await this.tellAgent();
    });
  }

  setInstanceMetadata(instances: readonly InstanceMetadata[]): Promise<void> {
    return this.change(async () => {
      this.instances = [...instances];
      await this.applyRules("setting how far metadata may go");
      await this.tellAgent();
    });
  }

  describe(machines: readonly MachineSpec[]): Promise<void> {
    return this.change(async () => {
      this.described = [...machines];
      await this.tellAgent();
    });
  }

  attach(machine: MachineSpec): Promise<string> {
    return this.change(async () => {
      const action = `attaching machine ${machine.id}`;
      const namespace = machineNamespace(this.layout, machine.id);
      this.networkOf(machine);
      await this.cut(machine.id);
      this.attached.set(machine.id, machine);
      try {
        // The filter stands before there is anything to filter.
        await this.applyRules(action);
        await run("ip", ["netns", "add", namespace], { action });
        await batch(this.layout.router, portLinks(this.layout, machine), action);
        const own = this.reserved.filter((address) => address.machineId === machine.id);
        await this.routeReserved(own, action);
      } catch (error) {
        await this.cut(machine.id);
        throw error;
      }
      return namespacePath(namespace);
    });
  }

  detach(machineId: number): Promise<void> {
    return this.change(async () => {
      const machine = this.attached.get(machineId);
      await this.cut(machineId);
      if (machine === undefined) return;
      await this.applyRules(`detaching machine ${machineId}`);
      // Its addresses may soon be another's.
      const { public: outer, private: inner } = portsOf(this.layout, machine);
      const reserved = this.reserved.filter((address) => address.machineId === machineId).map(({ address }) => address);
      const own = [outer, inner].flatMap((port) => (port === undefined ? [] : [...port.ipv4, ...port.ipv6]));
      await cutFlows(this.layout.router, [...own, ...reserved]);
    });
  }

  async traffic(machineId: number): Promise<MachineTraffic> {
    const machine = this.attached.get(machineId);
    if (machine === undefined) return { public: { in: 0, out: 0 }, private: { in: 0, out: 0 } };
    return readTraffic(this.layout.router, portsOf(this.layout, machine));
  }

  networkConfig(machine: MachineSpec): string {
    return networkConfig(this.layout, this.networkOf(machine), machine);
  }

  async close(): Promise<void> {
    await this.change(async () => {
      this.attached.clear();
      await Promise.all([this.agent.close(), this.wayOut.close()]);
      await sweep(this.layout.index);
      await this.release();
    });
  }

  private change<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Removes a machine's links and namespace, if there are any. */
  private async cut(machineId: number): Promise<void> {
    const namespace = machineNamespace(this.layout, machineId);
    if ((await namespacesOf(this.layout.index)).includes(namespace)) await removeNamespace(namespace);
    this.attached.delete(machineId);
  }

  private async routeReserved(addresses: readonly ReservedAddress[], action: string): Promise<void> {
    const machines = [...this.attached.values()];
    await batch(this.layout.router, reservedRoutes(this.layout, machines, addresses), action);
  }

  private async applyRules(action: string): Promise<void> {
    const { layout, foreign, networks, filters, reserved, instances } = this;
    const machines = [...this.attached.values()];
    const text = ruleset({ layout, foreign, networks, filters, reserved, instances, machines });
    const [program, args] = inNamespace(layout.router, ["nft", "-f", "-"]);
    await run(program, args, { action, input: text });
  }

  private async tellAgent(): Promise<void> {
    const metadata = this.described.flatMap((machine) => {
      // What is described may be on its way: without its network there is nothing to say yet.
      const network = this.networks.find(({ id }) => id === machine.private.networkId);
      if (network === undefined) return [];
      const { public: outer, private: inner } = portsOf(this.layout, machine);
      const document = metadataDocument(this.layout, network, machine, this.reserved);
      const instance = this.instances.find(({ machineId }) => machineId === machine.id);
      const addresses = [...(outer?.ipv4 ?? []), ...inner.ipv4];
      return [{ addresses, document, ...(instance && { instance }) }];
    });
    await this.agent.serve({ zones: this.zones, serial: this.serial, metadata });
  }

  private networkOf(machine: MachineSpec): PrivateNetwork {
    const { networkId } = machine.private;
    const network = this.networks.find(({ id }) => id === networkId);
    if (network === undefined) throw new NetworkMembership(networkId, machine.id, "there is no such network");
    return network;
  }
}

/** Runs many commands of `ip` in one process, in a namespace or in this machine's own. */
async function batch(namespace: string | undefined, lines: readonly string[], action: string): Promise<void> {
  if (lines.length === 0) return;
  const args = [...(namespace === undefined ? [] : ["-netns", namespace]), "-batch", "-"];
  await run("ip", args, { action, input: `${lines.join("\n")}\n` });
}
