import type { Hosts, MachineSpec } from "../hosts/hosts";
import type { InstanceFound, Inventory } from "./inventory";
import { Metadata } from "./metadata";
import { hiddenAddresses } from "./addresses";
import { addressesOf, filtersOf, hostnameOf, networksOf, zonesOf } from "./likeness";

interface Mirrored {
  readonly machineId: number;
  readonly address: string | undefined;
  isOn: boolean;
  reboots: number;
}

/** What was asked of instances that their state does not show. */
export interface Asked {
  /** How often each was asked to reboot. */
  readonly reboots: Readonly<Record<string, number>>;
  /** Those that were stopped last by force: the plug is pulled. */
  readonly forced: readonly string[];
}

export interface MirrorOptions {
  readonly hosts: Hosts;
  /** The number of the next machine: one that was never used in this room. */
  readonly nextId: () => number;
  readonly log: (line: string) => void;
}

/**
 * Gives every instance a machine, and makes networks, filters, addresses and names on this machine what the API says. What
 * can't be made is told in the log and tried again at the next change.
 */
export class Mirror {
  private readonly machines = new Map<string, Mirrored>();
  private readonly metadata = new Metadata();

  constructor(private readonly options: MirrorOptions) {}

  /** How many machines there are. */
  get size(): number {
    return this.machines.size;
  }

  /** @returns which machine each instance has */
  async show(inventory: Inventory, asked: Asked): Promise<Record<string, number>> {
    const { hosts } = this.options;
    const there = new Set(inventory.instances.map(({ id }) => id));
    await this.each(
      [...this.machines.keys()].filter((id) => !there.has(id)),
      "end",
      (id) => this.end(id),
    );
    // A network may not go before its machines; a new one has to be there before its own.
    await hosts.setNetworks(networksOf(inventory));
    const fresh = inventory.instances.filter(({ id }) => !this.machines.has(id));
    for (const instance of fresh) this.number(instance, asked);
    const machineOf = (id: string): number | undefined => this.machines.get(id)?.machineId;
    await hosts.setFilters(filtersOf(inventory, machineOf));
    await hosts.setInstanceMetadata(this.metadata.of(inventory, machineOf));
    await this.each(fresh, "boot", (instance) => this.boot(instance));
    await this.each(inventory.instances, "switch", (instance) => this.settle(instance, asked));
    await hosts.setReservedAddresses(addressesOf(inventory, machineOf));
    await hosts.setZones(zonesOf(inventory));
    return Object.fromEntries([...this.machines].map(([id, { machineId }]) => [id, machineId]));
  }

  /** One failure keeps the others from nothing. */
  private async each<Item extends string | InstanceFound>(
    items: readonly Item[],
    what: string,
    act: (item: Item) => Promise<void>,
  ): Promise<void> {
    await Promise.all(
      items.map(async (item) => {
        try {
          await act(item);
        } catch (error) {
          const id = typeof item === "string" ? item : item.id;
          this.options.log(
            `could not ${what} the machine of ${id}: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }),
    );
  }

  private number(instance: InstanceFound, { reboots }: Asked): void {
    this.machines.set(instance.id, {
      machineId: this.options.nextId(),
      address: instance.isPublic ? (instance.publicAddress ?? this.freeAddress()) : undefined,
      isOn: false,
      reboots: reboots[instance.id] ?? 0,
    });
  }

  /** An instance without a public address has one here all the same when its subnet leads out: its way to the sandbox's outside. */
  private freeAddress(): string {
    const taken = new Set([...this.machines.values()].map(({ address }) => address));
    const free = hiddenAddresses(this.options.hosts.ranges).find((address) => !taken.has(address));
    if (free === undefined) throw new Error("the sandbox has no public address left");
    return free;
  }

  private async boot(instance: InstanceFound): Promise<void> {
    const mirrored = this.machines.get(instance.id);
    if (mirrored === undefined) return;
    try {
      await this.options.hosts.create(specOf(instance, mirrored));
      mirrored.isOn = true;
    } catch (error) {
      this.machines.delete(instance.id);
      throw error;
    }
  }

  private async settle({ id, isOn }: InstanceFound, asked: Asked): Promise<void> {
    const mirrored = this.machines.get(id);
    if (mirrored === undefined) return;
    const { hosts } = this.options;
    const { [id]: reboots = 0 } = asked.reboots;
    if (mirrored.isOn && isOn && mirrored.reboots < reboots) await hosts.reboot(mirrored.machineId);
    mirrored.reboots = reboots;
    if (mirrored.isOn === isOn) return;
    if (isOn) await hosts.powerOn(mirrored.machineId);
    else if (asked.forced.includes(id)) await hosts.powerOff(mirrored.machineId);
    else await hosts.shutdown(mirrored.machineId);
    mirrored.isOn = isOn;
  }

  private async end(id: string): Promise<void> {
    const mirrored = this.machines.get(id);
    if (mirrored === undefined) return;
    await this.options.hosts.destroy(mirrored.machineId);
    this.machines.delete(id);
  }
}

function specOf(instance: InstanceFound, { machineId, address }: Mirrored): MachineSpec {
  const { ipv6Address } = instance;
  return {
    id: machineId,
    hostname: hostnameOf(instance),
    region: instance.region,
    userData: instance.userData,
    sshKeys: [],
    memoryMb: instance.memoryMb,
    vcpus: instance.vcpus,
    diskGb: instance.diskGb,
    private: { networkId: instance.vpcId, ipv4: instance.privateAddress },
    tags: [],
    ...(address !== undefined && {
      public: { ipv4: address, ...(ipv6Address !== undefined && { ipv6: ipv6Address }) },
    }),
  };
}
