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
    resource_id: target.kind === "droplet" ? target.dropletId : asNumber(target.ip),
    resource_type: target.kind,
    ...(found === undefined ? {} : { region: regionBody(found) }),
    region_slug: region,
  };
}

/** The original gives an address's number as the id of what the action was on. */
function asNumber(ip: string): number {
  return ip.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
}

/** Where an action's end can be waited for. */
export function actionLink(origin: string, { id, type }: Action): object {
  return { id, rel: type, href: `${origin}/v2/actions/${id}` };
}
