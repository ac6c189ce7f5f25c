import { findRegion } from "../catalogue/regions";
import { notFound, unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, CloudState, Droplet, ReservedIp } from "../state";
import { addAction, refuseWhenLocked } from "./actions";
import { refuseTooManyReservedIps } from "./account";
import { takeReserved } from "./pools";
import { assignResources, getProject } from "./projects";

export interface CreateReservedIp {
  readonly region?: string | undefined;
  readonly droplet_id?: number | undefined;
  /** Default: the default project. */
  readonly project_id?: string | undefined;
}

export interface CreatedReservedIp {
  readonly reservedIp: ReservedIp;
  readonly action?: Action;
}

/** For a region, or for a droplet: then it is assigned as well. */
export function createReservedIp(draft: CloudState, input: CreateReservedIp, context: Context): CreatedReservedIp {
  const droplet = input.droplet_id === undefined ? undefined : dropletToAssign(draft, input.droplet_id);
  const region = droplet?.region ?? input.region;
  if (region === undefined) throw unprocessable("Either a droplet_id or a region has to be given.");
  if (findRegion(region)?.available !== true) throw unprocessable("Region is not available.");
  const project = input.project_id === undefined ? undefined : getProject(draft, input.project_id);
  refuseTooManyReservedIps(draft);
  const reservedIp: ReservedIp = { ip: takeReserved(draft, context.ranges), region };
  draft.reservedIps.push(reservedIp);
  if (project !== undefined) assignResources(draft, project.id, [`do:floatingip:${reservedIp.ip}`], context.now);
  if (droplet === undefined) return { reservedIp };
  return { reservedIp, action: assign(draft, reservedIp, droplet, context) };
}

export function getReservedIp(state: CloudState, ip: string): ReservedIp {
  const found = state.reservedIps.find((one) => one.ip === ip);
  if (found === undefined) throw notFound();
  return found;
}

export function deleteReservedIp(draft: CloudState, ip: string): void {
  getReservedIp(draft, ip);
  refuseWhenPending(draft, ip);
  draft.reservedIps = draft.reservedIps.filter((one) => one.ip !== ip);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a dictionary, kept as JSON
  delete draft.projectOf[`do:floatingip:${ip}`];
}

export function assignReservedIp(draft: CloudState, ip: string, dropletId: number, context: Context): Action {
  const reservedIp = getReservedIp(draft, ip);
  refuseWhenPending(draft, ip);
  const droplet = dropletToAssign(draft, dropletId);
  if (droplet.region !== reservedIp.region)
    throw unprocessable("The droplet is in another region than the reserved IP.");
  return assign(draft, reservedIp, droplet, context);
}

export function unassignReservedIp(draft: CloudState, ip: string, context: Context): Action {
  const { region, dropletId } = getReservedIp(draft, ip);
  refuseWhenPending(draft, ip);
  if (dropletId === undefined) throw unprocessable("The reserved IP is not assigned.");
  return addAction(draft, "unassign_ip", { kind: "reserved_ip", ip }, { region, now: context.now });
}

export function finishAssign(draft: CloudState, action: Action): void {
  const { dropletId } = action.input;
  const reservedIp = targetOf(draft, action);
  if (dropletId === undefined || reservedIp === undefined) return;
  if (!draft.droplets.some(({ id }) => id === dropletId)) throw new Error(`droplet ${dropletId} is gone`);
  reservedIp.dropletId = dropletId;
}

export function finishUnassign(draft: CloudState, action: Action): void {
  delete targetOf(draft, action)?.dropletId;
}

function assign(draft: CloudState, { ip, region }: ReservedIp, droplet: Droplet, { now }: Context): Action {
  const input = { dropletId: droplet.id };
  return addAction(draft, "assign_ip", { kind: "reserved_ip", ip }, { region, now, input });
}

function dropletToAssign(draft: CloudState, dropletId: number): Droplet {
  const droplet = draft.droplets.find(({ id }) => id === dropletId);
  if (droplet === undefined) throw notFound("The droplet could not be found.");
  if (droplet.publicIpv4 === undefined) throw unprocessable("The droplet has no public network interface.");
  refuseWhenLocked(draft, dropletId);
  if (draft.reservedIps.some((one) => one.dropletId === dropletId)) {
    throw unprocessable("The droplet already has a reserved IP.");
  }
  return droplet;
}

function refuseWhenPending(draft: CloudState, ip: string): void {
  const pending = draft.actions.some(
    ({ status, target }) => status === "in-progress" && target.kind === "reserved_ip" && target.ip === ip,
  );
  if (pending) throw unprocessable("The reserved IP already has a pending event.");
}

function targetOf(draft: CloudState, { target }: Action): ReservedIp | undefined {
  return target.kind === "reserved_ip" ? draft.reservedIps.find(({ ip }) => ip === target.ip) : undefined;
}
