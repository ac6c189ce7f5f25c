import { findSize } from "../catalogue/sizes";
import { unprocessable } from "../errors";
import { type Context, isDropletAction } from "../operations";
import type { Action, ActionInput, CloudState, Droplet } from "../state";
import { addAction, refuseWhenLocked } from "./actions";
import { checkImage, checkName, requireDroplet } from "./droplets";
import { dropletsWith, getTag } from "./tags";

export interface DropletActionRequest {
  readonly type: string;
  readonly name?: string | undefined;
  readonly size?: string | undefined;
  readonly disk?: boolean | undefined;
  readonly image?: string | number | undefined;
}

/** The actions of the original that need what the sandbox does not have. */
const notHere = ["snapshot", "restore", "password_reset", "change_kernel", "change_backup_policy"];

/**
 * Begins an action on a droplet.
 * @param isRunning as the machine room sees it: some actions need the machine off
 */
export function startDropletAction(
  draft: CloudState,
  id: number,
  request: DropletActionRequest,
  isRunning: (droplet: Droplet) => boolean,
  { now }: Context,
): Action {
  const droplet = requireDroplet(draft, id);
  if (notHere.includes(request.type)) throw unprocessable(`The action ${request.type} is not in the sandbox.`);
  if (!isDropletAction(request.type)) throw unprocessable(`${request.type} is not a valid type of action.`);
  refuseWhenLocked(draft, id);
  const input = inputOf(droplet, request, isRunning(droplet));
  return addAction(draft, request.type, { kind: "droplet", dropletId: id }, { region: droplet.region, now, input });
}

/** The same on every droplet with a tag. */
export function startActionOnTagged(
  draft: CloudState,
  tagName: string,
  request: DropletActionRequest,
  isRunning: (droplet: Droplet) => boolean,
  context: Context,
): Action[] {
  return dropletsWith(draft, getTag(draft, tagName)).map(({ id }) =>
    startDropletAction(draft, id, request, isRunning, context),
  );
}

function inputOf(droplet: Droplet, request: DropletActionRequest, running: boolean): ActionInput {
  switch (request.type) {
    case "power_on":
      if (running) throw unprocessable("Droplet is already powered on.");
      return {};
    case "rename":
      if (request.name === undefined) throw unprocessable("name is required");
      checkName(request.name);
      return { name: request.name };
    case "rebuild":
      return { image: request.image === undefined ? droplet.image : checkImage(request.image) };
    case "resize":
      return resizeInput(droplet, request, running);
    default:
      return {};
  }
}

function resizeInput(
  droplet: Droplet,
  { size: slug, disk = false }: DropletActionRequest,
  running: boolean,
): ActionInput {
  const size = slug === undefined ? undefined : findSize(slug);
  if (size === undefined) throw unprocessable("Invalid size");
  if (!size.regions.includes(droplet.region)) throw unprocessable("Size is not available in this region.");
  if (size.slug === droplet.size) throw unprocessable("Droplet is already this size.");
  if (size.diskGb < droplet.disk) throw unprocessable("This size is not available because it has a smaller disk.");
  if (running) throw unprocessable("Droplet must be powered off to be resized.");
  return { size: size.slug, disk };
}
