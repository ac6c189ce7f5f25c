/** Problems of the machine room's machines. Each kind has a stable `code`; none holds a secret. */

/** A machine could not be booted, or what was asked of it failed. */
export class MachineFailed extends Error {
  override readonly name = "MachineFailed";
  readonly code = "MACHINE_FAILED";

  constructor(
    readonly machineId: number,
    /** What was to be done, such as `booting`. */
    readonly action: string,
    readonly reason: string,
    /** The end of what the machine wrote to its console. */
    readonly console = "",
    options?: ErrorOptions,
  ) {
    super(
      `Machine ${machineId} failed at ${action}: ${reason}.${console && `\nThe end of its console:\n${console}`}`,
      options,
    );
  }
}

/** There is no machine with this id. */
export class MachineUnknown extends Error {
  override readonly name = "MachineUnknown";
  readonly code = "MACHINE_UNKNOWN";

  constructor(readonly machineId: number) {
    super(`There is no machine ${machineId} in this sandbox.`);
  }
}

/** What was asked can't be done while the machine is on, or is there already. */
export class MachineConflict extends Error {
  override readonly name = "MachineConflict";
  readonly code = "MACHINE_CONFLICT";

  constructor(
    readonly machineId: number,
    /** As the end of a sentence that begins with the machine. */
    problem: string,
  ) {
    super(`Machine ${machineId} ${problem}.`);
  }
}

/** This machine can't run the sandbox's machines. */
export class HostUnfit extends Error {
  override readonly name = "HostUnfit";
  readonly code = "HOST_UNFIT";

  constructor(
    /** What is missing and what to do. */
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`The sandbox's machines can't run here: ${problem}`, options);
  }
}
