import { findSize } from "../catalogue/sizes";
import { unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, ActionInput, CloudState, Droplet } from "../state";
import { addAction, refuseWhenLocked, refuseWhenSnapshotBusy } from "./actions";
import { backupPolicy, type PolicyInput } from "./backups";
import { checkName, requireDroplet } from "./droplets";
import { sourceFor } from "./images";
import { dropletsWith, getTag } from "./tags";

export interface DropletActionRequest {
  readonly type: string;
  readonly name?: string | undefined;
  readonly size?: string | undefined;
  readonly disk?: boolean | undefined;
  readonly image?: string | number | undefined;
  readonly backup_policy?: PolicyInput | null | undefined;
}

/** What can be done to all droplets with a tag, as DigitalOcean's description of its API lists it. */
const onTagged: readonly string[] = [
  "power_cycle",
  "power_on",
  "power_off",
  "shutdown",
  "enable_ipv6",
  "enable_backups",
  "disable_backups",
  "snapshot",
];

/**
 * Begins an action on a droplet. Each of them locks it until its end.
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
  const plan = Object.hasOwn(plans, request.type) ? plans[request.type] : undefined;
  if (plan === undefined) throw unprocessable(`${request.type} is not a valid type of action.`);
  refuseWhenLocked(draft, id);
  const input = plan(draft, droplet, request, { isRunning: isRunning(droplet), now });
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
  const droplets = dropletsWith(draft, getTag(draft, tagName));
  if (!onTagged.includes(request.type))
    throw unprocessable(`${request.type} can't be done by tag: it is one of ${onTagged.join(", ")}`);
  return droplets.map(({ id }) => startDropletAction(draft, id, request, isRunning, context));
}

/** Says what an action needs to know, or why it can't be. */
type Plan = (
  draft: CloudState,
  droplet: Droplet,
  request: DropletActionRequest,
  now: { readonly isRunning: boolean; readonly now: string },
) => ActionInput;

const nothing: Plan = () => ({});

const plans: Readonly<Record<string, Plan | undefined>> = {
  power_on: (_draft, _droplet, _request, { isRunning }) => {
    if (isRunning) throw unprocessable("Droplet is already powered on.");
    return {};
  },
  power_off: (_draft, _droplet, _request, { isRunning }) => {
    if (!isRunning) throw unprocessable("Droplet is already powered off.");
    return {};
  },
  // No error where it is off already: the Terraform provider counts on it.
  shutdown: nothing,
  power_cycle: nothing,
  reboot: (_draft, _droplet, _request, { isRunning }) => {
    if (!isRunning) throw unprocessable("Droplet is powered off.");
    return {};
  },
  rename: (_draft, _droplet, { name }) => {
    if (name === undefined) throw unprocessable("name is required");
    checkName(name);
    return { name };
  },
  rebuild: (draft, droplet, { image = droplet.image }) => ({
    image: sourceFor(draft, image, { region: droplet.region, diskGb: droplet.disk }).reference,
  }),
  restore: restoreInput,
  resize: resizeInput,
  snapshot: (draft, droplet, { name }, { now }) => {
    const given = name ?? `${droplet.name}-${Date.parse(now)}`;
    if (given === "" || given.length > 255) throw unprocessable("name must have between 1 and 255 characters");
    return { name: given, snapshotId: String(draft.next.image++) };
  },
  password_reset: nothing,
  // The address is the public interface's.
  enable_ipv6: (_draft, { publicIpv4 }) => {
    if (publicIpv4 === undefined) throw unprocessable("The droplet has no public network interface.");
    return {};
  },
  enable_backups: (_draft, { backups }, { backup_policy: policy }) => {
    if (backups !== undefined) throw unprocessable("Backups are already enabled for this Droplet.");
    return { backupPolicy: backupPolicy(policy) };
  },
  disable_backups: (_draft, { backups }) => {
    if (backups === undefined) throw unprocessable("Backups are not enabled for this Droplet.");
    return {};
  },
  change_backup_policy: (_draft, { backups }, { backup_policy: policy }) => {
    if (backups === undefined) throw unprocessable("Backups are not enabled for this Droplet.");
    if (policy === undefined || policy === null) throw unprocessable("backup_policy is required");
    return { backupPolicy: backupPolicy(policy) };
  },
  change_kernel: () => {
    throw unprocessable("The kernel of this Droplet is managed by itself: there is none that it could be changed to.");
  },
  enable_private_networking: () => {
    throw unprocessable("Private networking is already enabled for this Droplet.");
  },
};

function restoreInput(draft: CloudState, { id, disk }: Droplet, { image }: DropletActionRequest): ActionInput {
  const backup = draft.snapshots.find(
    (one) => one.id === String(image) && one.kind === "backup" && one.made && one.deleted !== true,
  );
  if (backup?.resourceId !== String(id))
    throw unprocessable("You can only restore a Droplet from one of its own backups.");
  if (backup.minDiskGb > disk) throw unprocessable("The backup does not fit onto the disk of the Droplet.");
  refuseWhenSnapshotBusy(draft, backup.id);
  return { image: backup.id };
}

function resizeInput(
  _draft: CloudState,
  droplet: Droplet,
  { size: slug, disk = false }: DropletActionRequest,
  { isRunning }: { readonly isRunning: boolean },
): ActionInput {
  const size = slug === undefined ? undefined : findSize(slug);
  if (size === undefined) throw unprocessable("Invalid size");
  if (!size.regions.includes(droplet.region)) throw unprocessable("Size is not available in this region.");
  // The same size again is a way to a larger disk, where only the rest had grown before.
  if (size.slug === droplet.size && !(disk && size.diskGb > droplet.disk))
    throw unprocessable("Droplet is already this size.");
  if (size.diskGb < droplet.disk) throw unprocessable("Size can not decrease size of Droplet's disk image");
  if (isRunning) throw unprocessable("Droplet must be powered off to be resized.");
  return { size: size.slug, disk };
}
