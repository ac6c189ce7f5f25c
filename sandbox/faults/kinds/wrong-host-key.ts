import { machineKind } from "./machine";

/**
 * The machine's SSH server shows another host key than its user data gave it: somebody sits in between, another machine
 * has the address, or cloud-init made keys anew. Whoever pins keys has to refuse it.
 */
export const wrongHostKey = machineKind(
  "wrong-host-key",
  "the next droplet's SSH server has another key than it was given",
);
