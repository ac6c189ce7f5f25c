import ipaddr from "ipaddr.js";

import { findRegion } from "../catalogue/regions";
import type { Action } from "../state";
import { regionBody } from "./catalogue";

/** An action on a reserved IP calls it as the client does that asks. */
export function actionBodyFor(addresses: "reserved_ip" | "floating_ip"): (action: Action) => object {
  return (action) => ({
    ...actionBody(action),
    ...(action.target.kind === "reserved_ip" ? { resource_type: addresses } : {}),
  });
}

export function actionBody({ id, status, type, startedAt, completedAt, region, target }: Action): object {
  const found = findRegion(region);
  return {
    id,
    status,
    type,
    started_at: startedAt,
    completed_at: completedAt ?? null,
    resource_id: resourceId(target),
    resource_type: target.kind,
    ...(found === undefined ? {} : { region: regionBody(found) }),
    region_slug: region,
  };
}

function resourceId(target: Action["target"]): number | null {
  switch (target.kind) {
    case "droplet":
      return target.dropletId;
    case "image":
      return target.imageId;
    case "reserved_ip":
      return asNumber(target.ip);
    case "reserved_ipv6":
      return lastNumber(target.ip);
    case "volume":
      // Volumes have no numbers.
      return null;
  }
}

/** The original gives an address's number as the id of what the action was on. */
function asNumber(ip: string): number {
  return ip.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
}

/** The original gives a number here as well, which says nothing of the address: this one is its last 32 bits. */
function lastNumber(ip: string): number {
  return Buffer.from(ipaddr.IPv6.parse(ip).toByteArray()).readUInt32BE(12);
}

/** Where an action's end can be waited for. */
export function actionLink(origin: string, { id, type }: Action): object {
  return { id, rel: type, href: `${origin}/v2/actions/${id}` };
}
