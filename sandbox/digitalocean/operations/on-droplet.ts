import type { Hosts } from "../../hosts/hosts";
import { requireDroplet } from "../models/droplets";
import type { Action, ActionInput, CloudState, Droplet } from "../state";
import type { Act, Desk, Operation } from "./operation";

/** Something that is done to a droplet's machine; nothing when the droplet is gone. */
export function machine(
  act: (hosts: Hosts, droplet: Droplet, action: Action, desk: Desk, state: Readonly<CloudState>) => Promise<void>,
): Act {
  return async (hosts, state, action, desk) => {
    const droplet = state.droplets.find(({ id }) => id === dropletIdOf(action));
    if (droplet !== undefined) await act(hosts, droplet, action, desk, state);
  };
}

/** What is then written down of the droplet. */
export function onDroplet(
  edit: (droplet: Droplet, input: ActionInput, now: string) => void,
): NonNullable<Operation["done"]> {
  return (draft, action, { now }) => {
    edit(requireDroplet(draft, dropletIdOf(action)), action.input, now);
  };
}

export function dropletIdOf({ target }: Action): number {
  if (target.kind !== "droplet") throw new Error(`the action's target is a ${target.kind}`);
  return target.dropletId;
}
