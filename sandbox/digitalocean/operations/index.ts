import type { Action } from "../state";
import { dropletOperations } from "./droplets";
import type { Operation, Operations } from "./operation";
import { reservedIpOperations } from "./reserved-ips";

export * from "./operation";
export { isDropletAction } from "./droplets";

const operations: Readonly<Record<Action["target"]["kind"], Operations>> = {
  droplet: dropletOperations,
  reserved_ip: reservedIpOperations,
  reserved_ipv6: {},
  volume: {},
  image: {},
};

/** What an action does. */
export function operationOf({ type, target }: Pick<Action, "type" | "target">): Operation {
  const operation = operations[target.kind][type];
  if (operation === undefined) throw new Error(`there is no action ${type} on a ${target.kind}`);
  return operation;
}
