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

/**
 * What the original does within a request, or keeps no action of, is one here too, so that it is gone on with after a
 * crash. The API does not show it.
 */
const hidden: Readonly<Record<ActionTarget["kind"], readonly string[]>> = {
  droplet: ["destroy_with_resources"],
  image: ["destroy"],
  volume: ["create", "destroy", "snapshot", "destroy_snapshot"],
  reserved_ip: [],
  reserved_ipv6: [],
};

export function isShown({ type, target }: Action): boolean {
  return !hidden[target.kind].includes(type);
}

/** Newest first, as the API lists them. */
export function listActions(state: CloudState, matches: (target: ActionTarget) => boolean = () => true): Action[] {
  return state.actions.filter((action) => isShown(action) && matches(action.target)).reverse();
}

export function getAction(state: CloudState, id: number, matches?: (target: ActionTarget) => boolean): Action {
  const action = state.actions.find((one) => one.id === id && (matches === undefined || matches(one.target)));
  if (action === undefined || !isShown(action)) throw notFound();
  return action;
}

export function isLocked(state: CloudState, dropletId: number): boolean {
  return state.actions.some((action) => lockedBy(action) === dropletId);
}

/** The droplet an action keeps from everything else. What is done to a volume in it locks it too. */
export function lockedBy({ status, target, input }: Action): number | undefined {
  if (status !== "in-progress") return undefined;
  if (target.kind === "droplet") return target.dropletId;
  return target.kind === "volume" ? input.dropletId : undefined;
}

/** One thing at a time happens to a droplet. */
export function refuseWhenLocked(state: CloudState, dropletId: number): void {
  if (isLocked(state, dropletId)) throw unprocessable("Droplet already has a pending event.");
}

/** And to a volume. */
export function refuseWhenVolumeBusy(state: CloudState, volumeId: string): void {
  const isBusy = state.actions.some(
    ({ status, target, type }) =>
      status === "in-progress" &&
      target.kind === "volume" &&
      target.volumeId === volumeId &&
      type !== "destroy_snapshot",
  );
  if (isBusy) throw unprocessable("Volume already has a pending event.");
}

/** Whether something is being made from a snapshot, or done to it. */
export function isSnapshotBusy(state: CloudState, snapshotId: string): boolean {
  return state.actions.some(
    ({ status, target, input }) =>
      status === "in-progress" &&
      (input.snapshotId === snapshotId ||
        input.image === snapshotId ||
        (target.kind === "image" && String(target.imageId) === snapshotId)),
  );
}

/** Neither goes nor changes what is being copied from. */
export function refuseWhenSnapshotBusy(state: CloudState, snapshotId: string): void {
  if (isSnapshotBusy(state, snapshotId)) throw unprocessable("Snapshot already has a pending event.");
}
