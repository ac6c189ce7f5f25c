import { machineKind } from "./machine";

/** The machine runs, and within seconds after a boot its disk has no byte left: installing fails, and so does everything that keeps a state. */
export const diskFull = machineKind("disk-full", "the next droplet's disk is full within seconds after a boot");
