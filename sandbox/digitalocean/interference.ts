import type { MachineFault } from "../hosts/hosts";
import type { Action, CloudState } from "./state";

/** Makes actions go wrong on purpose. */
export interface Interference {
  /** Asked once for every action, before the machine room does its part. */
  onAction(action: Action, state: Readonly<CloudState>): Trouble;
}

/** What is to go wrong with an action; nothing, when nothing is in it. */
export interface Trouble {
  /** What is to be wrong with the machine that it makes. */
  readonly machine?: MachineFault;
  /** It is in progress until this resolves, and begins only then. */
  readonly stuck?: Promise<void>;
  /** It fails, with this reason in the log; what it has made is taken away again. */
  readonly errored?: string;
}

export const noInterference: Interference = { onAction: () => ({}) };
