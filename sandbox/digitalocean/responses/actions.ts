import { findRegion } from "../catalogue/regions";
import type { Action } from "../state";
import { regionBody } from "./catalogue";

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
    default:
      // Volumes and IPv6 addresses have no numbers.
      return null;
  }
}

/** The original gives an address's number as the id of what the action was on. */
function asNumber(ip: string): number {
  return ip.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
}

/** Where an action's end can be waited for. */
export function actionLink(origin: string, { id, type }: Action): object {
  return { id, rel: type, href: `${origin}/v2/actions/${id}` };
}
