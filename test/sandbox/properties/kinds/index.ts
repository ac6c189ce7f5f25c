import { dropletKinds } from "./droplets";
import type { Kind } from "./kind";
import { nameKinds } from "./names";
import { networkKinds } from "./networks";
import { storageKinds } from "./storage";

export type { Call, Kind } from "./kind";

/** All requests that change something, by what they are called. */
export const kinds: Readonly<Record<string, Kind>> = {
  ...dropletKinds,
  ...networkKinds,
  ...nameKinds,
  ...storageKinds,
};

/** How often a kind is drawn; once for those that are not here. Without machines there is little to do. */
export const weights: Readonly<Record<string, number>> = {
  createDroplet: 5,
  actOnDroplet: 5,
  resizeDroplet: 2,
  deleteDroplet: 2,
  attachVolume: 2,
  createVolume: 2,
  changeRecord: 2,
  detachVolume: 2,
  assignReservedIpv6: 2,
  createReservedIp: 2,
  assignReservedIp: 2,
};
