import type { Input } from "@pulumi/pulumi";

/** How a machine is reached: as whom, with which key, and which host key it has to show. No field can be left out. */
export interface MachineEndpoint {
  readonly host: Input<string>;
  readonly user: string;
  readonly privateKey: Input<string>;
  readonly hostKey: Input<string>;
}

/** A machine, by way of the bastion when it has no public address. */
export interface MachineConnection extends MachineEndpoint {
  readonly proxy?: MachineEndpoint;
}

/**
 * The connection of `@pulumi/command`. It comes back until the machine has booted, but every single try is short, so that a
 * machine that is up is not kept waiting. With the pauses of the official plugin (up to 5 s each) it gives up after four
 * minutes when the port is closed and after ten when nothing answers.
 */
export function commandConnection(connection: MachineConnection) {
  const patience = { dialErrorLimit: 60, perDialTimeout: 5 };
  return {
    ...connection,
    ...patience,
    ...(connection.proxy && { proxy: { ...connection.proxy, ...patience } }),
  };
}
