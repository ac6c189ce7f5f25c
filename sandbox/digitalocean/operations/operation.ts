import type { Hosts, SandboxRanges } from "../../hosts/hosts";
import type { Action, CloudState } from "../state";

/** What a change needs beside the state. */
export interface Context {
  readonly ranges: SandboxRanges;
  readonly now: string;
}

/** What is done in the machine room. */
export type Act = (hosts: Hosts, state: Readonly<CloudState>, action: Action, desk: Desk) => Promise<void>;

/** What an action has at hand beside the machine room. */
export interface Desk {
  /** Sends the account's owner a mail. */
  readonly mail: (mail: Mail) => Promise<void>;
  /** Keeps what only the room could say, for `done`. */
  readonly note: (outcome: Outcome) => void;
  /** For whoever runs the sandbox; never a secret. */
  readonly log: (line: string) => void;
}

export interface Mail {
  readonly subject: string;
  readonly text: string;
}

export interface Outcome {
  /** How much a snapshot takes. */
  readonly bytes?: number;
  /** Of an action on several resources: those it failed on, and why in the API's words. */
  readonly failures?: Readonly<Record<string, string>>;
}

/** What an action does: to the machine room first, and when that is done, to the state. */
export interface Operation {
  readonly act?: Act;
  /** In place of `act`, when the daemon was killed on the way: every machine is off then, or half made. */
  readonly again?: Act;
  readonly done?: (draft: CloudState, action: Action, context: Context, outcome: Outcome) => void;
  /** Removes from the room what a failed `act` may have left. */
  readonly undo?: Act;
  readonly failed?: (draft: CloudState, action: Action, context: Context) => void;
}

/** By the type of the action. */
export type Operations = Readonly<Record<string, Operation>>;
