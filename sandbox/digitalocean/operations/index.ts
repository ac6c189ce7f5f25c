import type { Action } from "../state";
import { dropletOperations } from "./droplets";
import { imageOperations } from "./images";
import type { Operation, Operations } from "./operation";
import { reservedIpOperations } from "./reserved-ips";
import { reservedIpv6Operations } from "./reserved-ipv6s";
import { volumeOperations } from "./volumes";

export * from "./operation";

const operations: Readonly<Record<Action["target"]["kind"], Operations>> = {
  droplet: dropletOperations,
  reserved_ip: reservedIpOperations,
  reserved_ipv6: reservedIpv6Operations,
  volume: volumeOperations,
  image: imageOperations,
};

/** Every type there is. */
export const actionTypes: readonly string[] = [
  ...new Set(Object.values(operations).flatMap((one) => Object.keys(one))),
];

/** What an action does. */
export function operationOf({ type, target }: Pick<Action, "type" | "target">): Operation {
  const operation = operations[target.kind][type];
  if (operation === undefined) throw new Error(`there is no action ${type} on a ${target.kind}`);
  return operation;
}
