import { machineKind } from "./machine";

/** The machine runs, and its disk has no byte left: installing fails, and so does everything that keeps a state. */
export const diskFull = machineKind("disk-full", "the next droplet's disk is full from its first boot");
