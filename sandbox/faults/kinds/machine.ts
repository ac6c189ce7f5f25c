import type { MachineFault } from "../../hosts/hosts";
import { actionKind, type Kind } from "../kind";

/**
 * A machine that comes out wrong. The droplet itself keeps the fault, so that reboots, snapshots of the moment and a
 * restart of the sandbox change nothing; a rebuild makes the machine anew, without it.
 */
export function machineKind(fault: MachineFault, about: string): Kind {
  return actionKind({
    name: fault,
    about,
    example: `${fault} --droplet 'web-*'`,
    count: 1,
    options: {},
    effect: () => ({
      on: "action",
      concerns: ({ type }) => type === "create",
      strike: () => ({ machine: fault }),
    }),
  });
}
