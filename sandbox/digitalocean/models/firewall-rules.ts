import { isIP } from "node:net";

import { parseRange } from "../addresses";
import { unprocessable } from "../errors";
import type { CloudState, FirewallRule } from "../state";
import { findTag } from "./tags";

export interface PeersInput {
  readonly addresses?: readonly string[] | null | undefined;
  readonly droplet_ids?: readonly number[] | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly load_balancer_uids?: readonly string[] | null | undefined;
  readonly kubernetes_ids?: readonly string[] | null | undefined;
}

export interface RuleInput {
  readonly protocol?: string | null | undefined;
  readonly ports?: string | number | null | undefined;
  readonly sources?: PeersInput | null | undefined;
  readonly destinations?: PeersInput | null | undefined;
}

export interface RulesInput {
  readonly inbound_rules?: readonly RuleInput[] | null | undefined;
  readonly outbound_rules?: readonly RuleInput[] | null | undefined;
}

/** @throws ApiError 422 that names what is wrong */
export function rulesOf(draft: CloudState, input: RulesInput): { inbound: FirewallRule[]; outbound: FirewallRule[] } {
  return {
    inbound: (input.inbound_rules ?? []).map((rule) => ruleOf(draft, rule, rule.sources, "sources")),
    outbound: (input.outbound_rules ?? []).map((rule) => ruleOf(draft, rule, rule.destinations, "destinations")),
  };
}

const protocols = ["tcp", "udp", "icmp"] as const;

function ruleOf(
  draft: CloudState,
  { protocol: given, ports }: RuleInput,
  peers: PeersInput | null | undefined,
  side: "sources" | "destinations",
): FirewallRule {
  const protocol = protocols.find((one) => one === given?.toLowerCase());
  if (protocol === undefined) throw unprocessable(`protocol ${given ?? ""} is not one of ${protocols.join(", ")}`);
  if (peers === undefined || peers === null) throw unprocessable(`${side} must be specified for a rule`);
  if ((peers.load_balancer_uids ?? []).length + (peers.kubernetes_ids ?? []).length > 0) {
    throw unprocessable(`${side}: the sandbox has neither load balancers nor Kubernetes clusters`);
  }
  for (const address of peers.addresses ?? []) {
    if (isIP(address) === 0 && parseRange(address) === undefined)
      throw unprocessable(`${side}: invalid address ${address}`);
  }
  const named = {
    ...some("addresses", peers.addresses),
    ...some("dropletIds", peers.droplet_ids && knownDroplets(draft, peers.droplet_ids)),
    ...some("tags", peers.tags && knownTags(draft, peers.tags)),
  };
  if (Object.keys(named).length === 0) throw unprocessable(`${side} must name an address, a droplet or a tag`);
  return { protocol, ports: portsOf(protocol, ports), peers: named };
}

function some<Key extends string, Value>(
  key: Key,
  list: readonly Value[] | null | undefined,
): Partial<Record<Key, readonly Value[]>> {
  if (list === undefined || list === null || list.length === 0) return {};
  const named: Partial<Record<Key, readonly Value[]>> = {};
  named[key] = list;
  return named;
}

/** One port, a range, or `0` for all; ICMP has none. */
function portsOf(protocol: FirewallRule["protocol"], ports: RuleInput["ports"]): string {
  const text = String(ports ?? "").trim();
  if (protocol === "icmp") return "0";
  if (text === "all" || text === "0") return "0";
  if (text === "") throw unprocessable(`ports must be specified for ${protocol} rules`);
  const [from = 0, to = from] = text.split("-").map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : 0));
  if (text.split("-").length > 2 || from < 1 || to > 65_535 || from > to) {
    throw unprocessable(`invalid ports ${text}: a port, a range such as 8000-9000, or all`);
  }
  return from === to ? String(from) : `${from}-${to}`;
}

export function knownDroplets(draft: CloudState, ids: readonly number[]): number[] {
  const unknown = ids.find((id) => !draft.droplets.some((droplet) => droplet.id === id));
  if (unknown !== undefined) throw unprocessable(`droplet ${unknown} does not exist`);
  return [...new Set(ids)];
}

export function knownTags(draft: CloudState, tags: readonly string[]): string[] {
  return tags.map((tag) => {
    const found = findTag(draft, tag);
    if (found === undefined) throw unprocessable(`tag ${tag} does not exist`);
    return found;
  });
}
