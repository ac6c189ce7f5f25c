import type {
  Hosts,
  MachineFilter,
  MachineLimits,
  MachineSpec,
  MachineUsage,
  PrivateNetwork,
  ReservedAddress,
  SandboxRanges,
  SnapshotSize,
  VolumeSpec,
  Zone,
} from "../../../sandbox/hosts/hosts";

/** One call of the API to the machine room. */
export interface Call {
  readonly name: string;
  /** The machine's. */
  readonly id?: number;
  readonly volumeId?: string;
  readonly snapshotId?: string;
}

/** A volume of the recorded room, and where it is attached. */
export interface RecordedVolume {
  spec: VolumeSpec;
  attached?: { readonly machineId: number; readonly name: string };
}

/** What a machine uses that does nothing. Tests put other figures into {@link RecordedHosts.usages}. */
export const idleUsage: MachineUsage = {
  cpuSeconds: { user: 1.5, system: 0.5 },
  memoryBytes: { total: 1 << 30, used: 64 << 20, cached: 32 << 20 },
  load: [0.02, 0.01, 0],
  publicBytes: { in: 12_000, out: 8_000 },
  privateBytes: { in: 3_000, out: 2_000 },
  disk: { sizeBytes: 25e9, freeBytes: 24e9 },
};

/** A machine room without machines: it notes what it is asked, and refuses or waits when a test wants that. */
export class RecordedHosts implements Hosts {
  readonly ranges: SandboxRanges = {
    public: ["203.0.113.0/27"],
    reserved: ["198.51.100.0/27"],
    ipv6: ["2001:db8:0:1::/64"],
    reservedIpv6: ["2001:db8:0:3::/64"],
    deployer: { ipv4: "203.0.113.2" },
    visitor: { ipv4: "203.0.113.3", ipv6: "2001:db8:0:2::3", namespace: "visitor" },
  };

  readonly calls: Call[] = [];
  networks: readonly PrivateNetwork[] = [];
  filters: readonly MachineFilter[] = [];
  reserved: readonly ReservedAddress[] = [];
  zones: readonly Zone[] = [];
  readonly machines = new Map<number, { spec: MachineSpec; running: boolean }>();
  readonly volumes = new Map<string, RecordedVolume>();
  /** Snapshots there are, by id: of which volume or machine. */
  readonly snapshots = new Map<string, { readonly of: string | number }>();
  readonly usages = new Map<number, MachineUsage>();
  private readonly refusals = new Map<string, string>();
  private gates: { readonly before?: Promise<void>; readonly after?: Promise<void> } = {};
  private open: (() => void) | undefined;

  /** From now on a call of this name fails. */
  refuse(name: string, reason: string): void {
    this.refusals.set(name, reason);
  }

  /** From now on a call of this name works again. */
  accept(name: string): void {
    this.refusals.delete(name);
  }

  /** Operations on machines wait until {@link release}: before they do anything, or after it, before they say so. */
  hold(when: "before" | "after" = "before"): void {
    this.gates = { [when]: new Promise<void>((resolve) => (this.open = resolve)) };
  }

  release(): void {
    this.open?.();
    this.gates = {};
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

  setInstanceMetadata(): Promise<void> {
    return this.note({ name: "setInstanceMetadata" }, () => undefined);
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

  /** The password is not noted, as no room keeps it. */
  resetPassword(id: number): Promise<void> {
    return this.onMachine("resetPassword", id, () => {
      if (this.machine(id).running) throw new Error(`machine ${id} has to be off`);
    });
  }

  async usage(id: number): Promise<MachineUsage> {
    await this.note({ name: "usage", id }, () => this.machine(id));
    return this.usages.get(id) ?? idleUsage;
  }

  createVolume(spec: VolumeSpec): Promise<void> {
    return this.whenReleased({ name: "createVolume", volumeId: spec.id }, () => {
      if (spec.from !== undefined) this.snapshot(spec.from);
      this.volumes.set(spec.id, { spec });
    });
  }

  attachVolume(id: string, machineId: number, name: string): Promise<void> {
    return this.whenReleased({ name: "attachVolume", volumeId: id, id: machineId }, () => {
      this.machine(machineId);
      this.volume(id).attached = { machineId, name };
    });
  }

  detachVolume(id: string): Promise<void> {
    return this.whenReleased({ name: "detachVolume", volumeId: id }, () => {
      delete this.volume(id).attached;
    });
  }

  resizeVolume(id: string, sizeGb: number): Promise<void> {
    return this.whenReleased({ name: "resizeVolume", volumeId: id }, () => {
      const volume = this.volume(id);
      volume.spec = { ...volume.spec, sizeGb };
    });
  }

  destroyVolume(id: string): Promise<void> {
    return this.whenReleased({ name: "destroyVolume", volumeId: id }, () => this.volumes.delete(id));
  }

  async snapshotVolume(id: string, snapshotId: string): Promise<SnapshotSize> {
    await this.whenReleased({ name: "snapshotVolume", volumeId: id, snapshotId }, () => {
      this.volume(id);
      this.snapshots.set(snapshotId, { of: id });
    });
    return { bytes: 150_000_000 };
  }

  async snapshotMachine(id: number, snapshotId: string): Promise<SnapshotSize> {
    await this.whenReleased({ name: "snapshotMachine", id, snapshotId }, () => {
      this.machine(id);
      this.snapshots.set(snapshotId, { of: id });
    });
    return { bytes: 450_000_000 };
  }

  destroySnapshot(snapshotId: string): Promise<void> {
    return this.whenReleased({ name: "destroySnapshot", snapshotId }, () => this.snapshots.delete(snapshotId));
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

  private volume(id: string): RecordedVolume {
    const volume = this.volumes.get(id);
    if (volume === undefined) throw new Error(`there is no volume ${id}`);
    return volume;
  }

  private snapshot(id: string): void {
    if (!this.snapshots.has(id)) throw new Error(`there is no snapshot ${id}`);
  }

  private onMachine(name: string, id: number, effect: () => unknown): Promise<void> {
    return this.whenReleased({ name, id }, effect);
  }

  private async whenReleased(call: Call, effect: () => unknown): Promise<void> {
    this.calls.push(call);
    const { before, after } = this.gates;
    await before;
    this.refuseIfAsked(call.name);
    effect();
    await after;
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
