import { notFound, unprocessable } from "../errors";
import type { Action, ActionInput, ActionTarget, CloudState } from "../state";

/** How many actions are remembered; those in progress are never forgotten. */
const remembered = 1000;

export function addAction(
  draft: CloudState,
  type: string,
  target: ActionTarget,
  { region, now, input = {} }: { readonly region: string; readonly now: string; readonly input?: ActionInput },
): Action {
  const action: Action = {
    id: draft.next.action++,
    status: "in-progress",
    type,
    startedAt: now,
    region,
    target,
    input,
  };
  draft.actions.push(action);
  const surplus = draft.actions.length - remembered;
  if (surplus > 0)
    draft.actions = draft.actions.filter((one, index) => index >= surplus || one.status === "in-progress");
  return action;
}

/** Newest first, as the API lists them. */
export function listActions(state: CloudState, matches: (target: ActionTarget) => boolean = () => true): Action[] {
  return state.actions.filter(({ target }) => matches(target)).reverse();
}

export function getAction(state: CloudState, id: number, matches?: (target: ActionTarget) => boolean): Action {
  const action = state.actions.find((one) => one.id === id && (matches === undefined || matches(one.target)));
  if (action === undefined) throw notFound();
  return action;
}

export function isLocked(state: CloudState, dropletId: number): boolean {
  return state.actions.some(
    ({ status, target }) => status === "in-progress" && target.kind === "droplet" && target.dropletId === dropletId,
  );
}

/** One thing at a time happens to a droplet. */
export function refuseWhenLocked(state: CloudState, dropletId: number): void {
  if (isLocked(state, dropletId)) throw unprocessable("Droplet already has a pending event.");
}
