import type { Hosts, MachineUsage, SandboxRanges, SnapshotSize } from "./hosts";

/** Something was asked of a machine room that has no machines. */
export class NoMachines extends Error {
  override readonly name = "NoMachines";
  readonly code = "NO_MACHINES";

  constructor() {
    super("this machine room has no machines, and none can be made in it");
  }
}

const nothing = (): Promise<void> => Promise.resolve();
const noMachine = (): Promise<never> => Promise.reject(new NoMachines());

/** A machine room for an account in which nothing can be made: it does nothing, and what needs a machine fails. */
export class EmptyRoom implements Hosts {
  /** @param ranges never given out */
  constructor(readonly ranges: SandboxRanges) {}

  setNetworks = nothing;
  setFilters = nothing;
  setReservedAddresses = nothing;
  setZones = nothing;
  setInstanceMetadata = nothing;

  create = noMachine;
  powerOn = noMachine;
  powerOff = noMachine;
  shutdown = noMachine;
  reboot = noMachine;
  rebuild = noMachine;
  resize = noMachine;
  destroy = nothing;
  status = () => "absent" as const;
  resetPassword = noMachine;
  usage: () => Promise<MachineUsage> = noMachine;

  createVolume = noMachine;
  attachVolume = noMachine;
  detachVolume = nothing;
  resizeVolume = noMachine;
  destroyVolume = nothing;
  snapshotVolume: () => Promise<SnapshotSize> = noMachine;
  snapshotMachine: () => Promise<SnapshotSize> = noMachine;
  destroySnapshot = nothing;

  close = nothing;
}
