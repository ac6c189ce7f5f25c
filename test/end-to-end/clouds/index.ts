import type { World } from "../fixture/world";
import { aws } from "./aws";
import { cloudName, type CloudName } from "./choice";
import type { Account, CloudKind } from "./cloud";
import { digitalOcean } from "./digitalocean";

export type { Account, BastionAddress, Machine, Mistake, Undo } from "./cloud";

const clouds: Readonly<Record<CloudName, CloudKind>> = { digitalocean: digitalOcean, aws };

/** The cloud that this run is about. */
export const kind = clouds[cloudName];

export function accountOf(world: World): Account {
  return kind.account(world);
}
