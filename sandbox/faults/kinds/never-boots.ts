import { machineKind } from "./machine";

/**
 * The droplet is active, as far as the API knows, and nothing ever answers: a broken image, a hypervisor in trouble.
 * Installers meet it as a wait for SSH without end (github.com/trailofbits/algo/issues/1730).
 */
export const neverBoots = machineKind("never-boots", "the next droplet's machine is on, and never answers");
