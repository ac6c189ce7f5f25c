import { limitsOf } from "../models/account";
import type { CloudState } from "../state";

/** Who the account belongs to. */
export const owner = { name: "Sandbox", email: "sandbox@deploy4me.example" } as const;

export function teamOf({ account }: CloudState): { readonly uuid: string; readonly name: string } {
  return { uuid: account.teamUuid, name: account.teamName ?? "My Team" };
}

export function accountBody(state: CloudState): Readonly<Record<string, unknown>> {
  const { account } = state;
  const { droplets, reservedIps, volumes } = limitsOf(state);
  return {
    droplet_limit: droplets,
    floating_ip_limit: reservedIps,
    reserved_ip_limit: reservedIps,
    volume_limit: volumes,
    ...owner,
    uuid: account.uuid,
    email_verified: true,
    status: "active",
    status_message: "",
    team: teamOf(state),
  };
}
