import type {
  Hosts,
  MachineFilter,
  MachineLimits,
  MachineSpec,
  PrivateNetwork,
  ReservedAddress,
  SandboxRanges,
  Zone,
} from "../../../sandbox/hosts/hosts";

/** One call of the API to the machine room. */
export interface Call {
  readonly name: string;
  readonly id?: number;
}

/** A machine room without machines: it notes what it is asked, and refuses or waits when a test wants that. */
export class RecordedHosts implements Hosts {
  readonly ranges: SandboxRanges = {
    public: ["203.0.113.0/27"],
    reserved: ["198.51.100.0/27"],
    ipv6: ["2001:db8:0:1::/64"],
    deployer: { ipv4: "203.0.113.2" },
    visitor: { ipv4: "203.0.113.3", ipv6: "2001:db8:0:2::3", namespace: "visitor" },
  };

  readonly calls: Call[] = [];
  networks: readonly PrivateNetwork[] = [];
  filters: readonly MachineFilter[] = [];
  reserved: readonly ReservedAddress[] = [];
  zones: readonly Zone[] = [];
  readonly machines = new Map<number, { spec: MachineSpec; running: boolean }>();
  private readonly refusals = new Map<string, string>();
  private gate: Promise<void> | undefined;
  private open: (() => void) | undefined;

  /** From now on a call of this name fails. */
  refuse(name: string, reason: string): void {
    this.refusals.set(name, reason);
  }

  /** From now on a call of this name works again. */
  accept(name: string): void {
    this.refusals.delete(name);
  }

  /** Operations on machines wait until {@link release}. */
  hold(): void {
    this.gate = new Promise((resolve) => (this.open = resolve));
  }

  release(): void {
    this.open?.();
    this.gate = undefined;
  }

  named(name: string): readonly Call[] {
    return this.calls.filter((call) => call.name === name);
  }

  filterOf(machineId: number): MachineFilter | undefined {
    return this.filters.find((filter) => filter.machineId === machineId);
  }

  specOf(id: number): MachineSpec {
    const machine = this.machines.get(id);
    if (machine === undefined) throw new Error(`there is no machine ${id}`);
    return machine.spec;
  }

  setNetworks(networks: readonly PrivateNetwork[]): Promise<void> {
    return this.note({ name: "setNetworks" }, () => (this.networks = networks));
  }

  setFilters(filters: readonly MachineFilter[]): Promise<void> {
    return this.note({ name: "setFilters" }, () => (this.filters = filters));
  }

  setReservedAddresses(addresses: readonly ReservedAddress[]): Promise<void> {
    return this.note({ name: "setReservedAddresses" }, () => (this.reserved = addresses));
  }

  setZones(zones: readonly Zone[]): Promise<void> {
    return this.note({ name: "setZones" }, () => (this.zones = zones));
  }

  create(spec: MachineSpec): Promise<void> {
    return this.onMachine("create", spec.id, () => this.machines.set(spec.id, { spec, running: true }));
  }

  powerOn(id: number): Promise<void> {
    return this.onMachine("powerOn", id, () => (this.machine(id).running = true));
  }

  powerOff(id: number): Promise<void> {
    return this.onMachine("powerOff", id, () => (this.machine(id).running = false));
  }

  shutdown(id: number): Promise<void> {
    return this.onMachine("shutdown", id, () => (this.machine(id).running = false));
  }

  reboot(id: number): Promise<void> {
    return this.onMachine("reboot", id, () => (this.machine(id).running = true));
  }

  rebuild(spec: MachineSpec): Promise<void> {
    return this.onMachine("rebuild", spec.id, () => this.machines.set(spec.id, { spec, running: true }));
  }

  resize(id: number, limits: MachineLimits): Promise<void> {
    return this.onMachine("resize", id, () => {
      const { spec } = this.machine(id);
      this.machines.set(id, { spec: { ...spec, ...limits }, running: false });
    });
  }

  destroy(id: number): Promise<void> {
    return this.onMachine("destroy", id, () => this.machines.delete(id));
  }

  status(id: number): "active" | "off" | "absent" {
    const machine = this.machines.get(id);
    if (machine === undefined) return "absent";
    return machine.running ? "active" : "off";
  }

  close(): Promise<void> {
    return this.note({ name: "close" }, () => {
      for (const machine of this.machines.values()) machine.running = false;
    });
  }

  private machine(id: number): { spec: MachineSpec; running: boolean } {
    const machine = this.machines.get(id);
    if (machine === undefined) throw new Error(`there is no machine ${id}`);
    return machine;
  }

  private async onMachine(name: string, id: number, effect: () => unknown): Promise<void> {
    this.calls.push({ name, id });
    await this.gate;
    this.refuseIfAsked(name);
    effect();
  }

  private note(call: Call, effect: () => unknown): Promise<void> {
    return Promise.resolve().then(() => {
      this.calls.push(call);
      this.refuseIfAsked(call.name);
      effect();
    });
  }

  private refuseIfAsked(name: string): void {
    const reason = this.refusals.get(name);
    if (reason !== undefined) throw new Error(reason);
  }
}
