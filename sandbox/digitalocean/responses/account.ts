import type { CloudState } from "../state";

export function accountBody({ account }: CloudState): object {
  return {
    droplet_limit: 25,
    floating_ip_limit: 5,
    reserved_ip_limit: 5,
    email: "sandbox@deploy4me.example",
    name: "Sandbox",
    uuid: account.uuid,
    email_verified: true,
    status: "active",
    status_message: "",
    team: { uuid: account.teamUuid, name: "My Team" },
  };
}
