import { forbidden, unprocessable } from "../errors";
import type { AccountLimits, CloudState } from "../state";

/**
 * How many of each the account may have. The number of droplets is an example of the API's description; of volumes, what
 * new accounts are documented to have.
 */
export const accountLimits: AccountLimits = { droplets: 25, reservedIps: 5, volumes: 100 };

/** What the account may have now: an administrator can raise and lower it. */
export function limitsOf({ account }: CloudState): AccountLimits {
  return { ...accountLimits, ...account.limits };
}

/** @throws ApiError as the original words it */
export function refuseTooManyDroplets(state: CloudState, more: number): void {
  if (state.droplets.length + more > limitsOf(state).droplets) {
    throw unprocessable("creating this/these droplet(s) will exceed your droplet limit");
  }
}

export function refuseTooManyReservedIps(state: CloudState): void {
  if (state.reservedIps.length >= limitsOf(state).reservedIps) {
    throw unprocessable("creating this/these reserved IP(s) will exceed your reserved IP limit");
  }
}

/** Clients of the original report 403 here, unlike with droplets; its wording is assumed. */
export function refuseTooManyVolumes(state: CloudState): void {
  if (state.volumes.length >= limitsOf(state).volumes) {
    throw forbidden("failed to create volume: volume limit exceeded");
  }
}
