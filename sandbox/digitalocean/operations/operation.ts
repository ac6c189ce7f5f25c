import type { Hosts, SandboxRanges } from "../../hosts/hosts";
import type { Action, CloudState } from "../state";

/** What a change needs beside the state. */
export interface Context {
  readonly ranges: SandboxRanges;
  readonly now: string;
}

/** What is done in the machine room. */
export type Act = (hosts: Hosts, state: Readonly<CloudState>, action: Action) => Promise<void>;

/** What an action does: to the machine room first, and when that is done, to the state. */
export interface Operation {
  readonly act?: Act;
  /** In place of `act`, when the daemon was killed on the way: every machine is off then, or half made. */
  readonly again?: Act;
  readonly done?: (draft: CloudState, action: Action, context: Context) => void;
  /** Removes from the room what a failed `act` may have left. */
  readonly undo?: Act;
  readonly failed?: (draft: CloudState, action: Action, context: Context) => void;
}

/** By the type of the action. */
export type Operations = Readonly<Record<string, Operation>>;
