import type { Hosts, MachineSpec } from "../hosts/hosts";
import type { InstanceFound, Inventory } from "./inventory";
import { addressesOf, filtersOf, hostnameOf, networksOf, zonesOf } from "./likeness";

interface Mirrored {
  readonly machineId: number;
  readonly address: string | undefined;
  isOn: boolean;
  reboots: number;
}

/** What of a start is told: how often each instance was asked to reboot. */
export type Reboots = Readonly<Record<string, number>>;

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

  constructor(private readonly options: MirrorOptions) {}

  /** How many machines there are. */
  get size(): number {
    return this.machines.size;
  }

  async show(inventory: Inventory, reboots: Reboots): Promise<void> {
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
    for (const instance of fresh) this.number(instance, reboots);
    const machineOf = (id: string): number | undefined => this.machines.get(id)?.machineId;
    await hosts.setFilters(filtersOf(inventory, machineOf));
    await this.each(fresh, "boot", (instance) => this.boot(instance));
    await this.each(inventory.instances, "switch", (instance) => this.settle(instance, reboots[instance.id] ?? 0));
    await hosts.setReservedAddresses(addressesOf(inventory, machineOf));
    await hosts.setZones(zonesOf(inventory));
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

  private number(instance: InstanceFound, reboots: Reboots): void {
    this.machines.set(instance.id, {
      machineId: this.options.nextId(),
      address: instance.isPublic ? this.freeAddress() : undefined,
      isOn: false,
      reboots: reboots[instance.id] ?? 0,
    });
  }

  /** An instance without a public address has one here all the same when its subnet leads out: its way to the sandbox's outside. */
  private freeAddress(): string {
    const taken = new Set([...this.machines.values()].map(({ address }) => address));
    const free = this.options.hosts.ranges.public.flatMap(addressesIn).find((address) => !taken.has(address));
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

  private async settle({ id, isOn }: InstanceFound, reboots: number): Promise<void> {
    const mirrored = this.machines.get(id);
    if (mirrored === undefined) return;
    const { hosts } = this.options;
    if (mirrored.isOn && isOn && mirrored.reboots < reboots) await hosts.reboot(mirrored.machineId);
    mirrored.reboots = reboots;
    if (mirrored.isOn === isOn) return;
    if (isOn) await hosts.powerOn(mirrored.machineId);
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

/** The usable addresses of an IPv4 range; the first four are the network's own. */
function addressesIn(range: string): string[] {
  const [start = "", prefix = "32"] = range.split("/");
  const first = start.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const count = 2 ** (32 - Number(prefix));
  return Array.from({ length: Math.max(0, count - 5) }, (_, index) => {
    const number = first + index + 4;
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
  });
}
