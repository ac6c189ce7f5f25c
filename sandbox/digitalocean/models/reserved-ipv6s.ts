import { isIPv6 } from "node:net";

import ipaddr from "ipaddr.js";

import { findRegion } from "../catalogue/regions";
import { notFound, unprocessable } from "../errors";
import type { Context } from "../operations";
import type { Action, CloudState, ReservedIpv6 } from "../state";
import { addAction, refuseWhenLocked } from "./actions";
import { takeReservedIpv6 } from "./pools";

export function createReservedIpv6(draft: CloudState, region: string, { ranges, now }: Context): ReservedIpv6 {
  if (findRegion(region)?.available !== true) throw unprocessable("Region is not available.");
  const reserved: ReservedIpv6 = { ip: takeReservedIpv6(draft, ranges), region, createdAt: now };
  draft.reservedIpv6s.push(reserved);
  return reserved;
}

/** In whatever form the address is written. */
export function getReservedIpv6(state: CloudState, text: string): ReservedIpv6 {
  const ip = isIPv6(text) ? ipaddr.parse(text).toString() : undefined;
  const found = state.reservedIpv6s.find((one) => one.ip === ip);
  if (found === undefined) throw notFound();
  return found;
}

/** One that is assigned leads nowhere from then on. */
export function deleteReservedIpv6(draft: CloudState, text: string): void {
  const { ip } = getReservedIpv6(draft, text);
  refuseWhenPending(draft, ip);
  draft.reservedIpv6s = draft.reservedIpv6s.filter((one) => one.ip !== ip);
}

export function assignReservedIpv6(draft: CloudState, text: string, dropletId: number, { now }: Context): Action {
  const { ip, region } = getReservedIpv6(draft, text);
  refuseWhenPending(draft, ip);
  const droplet = draft.droplets.find(({ id }) => id === dropletId);
  if (droplet === undefined) throw notFound("The droplet could not be found.");
  if (droplet.region !== region) throw unprocessable("The droplet is in another region than the reserved IPv6.");
  // The sandbox leads it to where the machine's own address is.
  if (droplet.ipv6 === undefined) throw unprocessable("The droplet has no public IPv6 networking.");
  refuseWhenLocked(draft, dropletId);
  if (draft.reservedIpv6s.some((one) => one.dropletId === dropletId)) {
    throw unprocessable("The droplet already has a reserved IPv6.");
  }
  return addAction(draft, "assign_ip", { kind: "reserved_ipv6", ip }, { region, now, input: { dropletId } });
}

export function unassignReservedIpv6(draft: CloudState, text: string, { now }: Context): Action {
  const { ip, region, dropletId } = getReservedIpv6(draft, text);
  refuseWhenPending(draft, ip);
  if (dropletId === undefined) throw unprocessable("The reserved IPv6 is not assigned.");
  return addAction(draft, "unassign_ip", { kind: "reserved_ipv6", ip }, { region, now });
}

export function finishAssignIpv6(draft: CloudState, action: Action): void {
  const { dropletId } = action.input;
  const reserved = targetOf(draft, action);
  if (dropletId === undefined || reserved === undefined) return;
  if (!draft.droplets.some(({ id }) => id === dropletId)) throw new Error(`droplet ${dropletId} is gone`);
  reserved.dropletId = dropletId;
}

export function finishUnassignIpv6(draft: CloudState, action: Action): void {
  delete targetOf(draft, action)?.dropletId;
}

function refuseWhenPending(draft: CloudState, ip: string): void {
  const pending = draft.actions.some(
    ({ status, target }) => status === "in-progress" && target.kind === "reserved_ipv6" && target.ip === ip,
  );
  if (pending) throw unprocessable("The reserved IPv6 already has a pending event.");
}

function targetOf(draft: CloudState, { target }: Action): ReservedIpv6 | undefined {
  return target.kind === "reserved_ipv6" ? draft.reservedIpv6s.find(({ ip }) => ip === target.ip) : undefined;
}
