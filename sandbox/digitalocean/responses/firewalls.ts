import type { Firewall, FirewallRule } from "../state";

/** A change is in force when its request is answered, so nothing is ever pending. */
export function firewallBody(firewall: Firewall): object {
  const { id, name, createdAt, inbound, outbound, dropletIds, tags } = firewall;
  return {
    id,
    name,
    status: "succeeded",
    created_at: createdAt,
    inbound_rules: inbound.map((rule) => ruleBody(rule, "sources")),
    outbound_rules: outbound.map((rule) => ruleBody(rule, "destinations")),
    droplet_ids: dropletIds,
    tags,
    pending_changes: [],
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
