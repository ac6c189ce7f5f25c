import type { PendingChange } from "../consistency";
import type { Firewall, FirewallRule } from "../state";

/** @param pending changes that are shown as if they were not in force yet. Default: none */
export function firewallBody(firewall: Firewall, pending: readonly PendingChange[] = []): object {
  const { id, name, createdAt, inbound, outbound, dropletIds, tags } = firewall;
  return {
    id,
    name,
    status: pending.length > 0 ? "waiting" : "succeeded",
    created_at: createdAt,
    inbound_rules: inbound.map((rule) => ruleBody(rule, "sources")),
    outbound_rules: outbound.map((rule) => ruleBody(rule, "destinations")),
    droplet_ids: dropletIds,
    tags,
    pending_changes: pending.map(({ dropletId, removing }) => ({ droplet_id: dropletId, removing, status: "waiting" })),
  };
}

function ruleBody({ protocol, ports, peers }: FirewallRule, side: "sources" | "destinations"): object {
  const { addresses, dropletIds, tags } = peers;
  return {
    protocol,
    ports,
    [side]: {
      ...(addresses === undefined ? {} : { addresses }),
      ...(dropletIds === undefined ? {} : { droplet_ids: dropletIds }),
      ...(tags === undefined ? {} : { tags }),
    },
  };
}
