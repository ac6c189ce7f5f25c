/** Problems of the machine room's network. Each kind has a stable `code`; none holds a secret. */

/** A program of the operating system failed or took too long. */
export class NetworkCommandFailed extends Error {
  override readonly name = "NetworkCommandFailed";
  readonly code = "NETWORK_COMMAND_FAILED";

  constructor(
    /** What was to be done, such as `attaching machine 7`. */
    readonly action: string,
    /** Program and arguments, as they were run. */
    readonly command: string,
    /** What the program wrote, or why it could not run. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`The sandbox's network failed at ${action}: «${command}» said: ${reason}`, options);
  }
}

/** A program that the network is made with is not installed. */
export class ProgramMissing extends Error {
  override readonly name = "ProgramMissing";
  readonly code = "PROGRAM_MISSING";

  constructor(
    readonly program: string,
    options?: ErrorOptions,
  ) {
    super(
      `The sandbox's network needs the program «${program}», which is not on this machine: ` +
        "install the Debian packages named in sandbox/hosts/packages.txt (make packages).",
      options,
    );
  }
}

/** The sandbox of this directory is already open. */
export class NetworkInUse extends Error {
  override readonly name = "NetworkInUse";
  readonly code = "NETWORK_IN_USE";

  constructor(
    readonly directory: string,
    readonly pid: number,
  ) {
    super(
      `The sandbox in ${directory} is already open: process ${pid} holds its network. ` +
        "Stop it (deploy4me sandbox stop) before you start it again.",
    );
  }
}

/** Every share of the documentation ranges is taken. */
export class NoSandboxFree extends Error {
  override readonly name = "NoSandboxFree";
  readonly code = "NO_SANDBOX_FREE";

  constructor(
    /** One sentence for each share: why it can't be had. */
    readonly reasons: readonly string[],
  ) {
    super(
      "No address range is left for another sandbox on this machine: " +
        `${reasons.join("; ")}. Stop a sandbox that is not needed (deploy4me sandbox stop).`,
    );
  }
}

/** A private network's range can't be used. */
export class NetworkRangeRefused extends Error {
  override readonly name = "NetworkRangeRefused";
  readonly code = "NETWORK_RANGE_REFUSED";

  constructor(
    readonly networkId: string,
    readonly range: string,
    readonly reason: string,
  ) {
    super(`The private network ${networkId} can't have the range ${range}: ${reason}.`);
  }
}

/** A network was left out although machines are still in it, or a machine is to join one that is not there. */
export class NetworkMembership extends Error {
  override readonly name = "NetworkMembership";
  readonly code = "NETWORK_MEMBERSHIP";

  constructor(
    readonly networkId: string,
    readonly machineId: number,
    problem: string,
  ) {
    super(`Machine ${machineId} and the private network ${networkId}: ${problem}.`);
  }
}

/** A process that the network needs did not come up, or did not answer. */
export class HelperFailed extends Error {
  override readonly name = "HelperFailed";
  readonly code = "HELPER_FAILED";

  constructor(
    /** What the process does, such as `the resolver`. */
    readonly helper: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${helper} of the sandbox's network ${reason}`, options);
  }
}
