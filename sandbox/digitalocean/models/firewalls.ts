import { randomUUID } from "node:crypto";

import { isIP } from "node:net";

import { parseRange } from "../addresses";
import { conflict, notFound, unprocessable } from "../errors";
import type { CloudState, Firewall, FirewallRule } from "../state";
import { findTag, getTag } from "./tags";
import { requireDroplet } from "./droplets";

export interface PeersInput {
  readonly addresses?: readonly string[] | null | undefined;
  readonly droplet_ids?: readonly number[] | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly load_balancer_uids?: readonly string[] | null | undefined;
  readonly kubernetes_ids?: readonly string[] | null | undefined;
}

export interface RuleInput {
  readonly protocol: FirewallRule["protocol"];
  readonly ports?: string | number | null | undefined;
  readonly sources?: PeersInput | undefined;
  readonly destinations?: PeersInput | undefined;
}

export interface RulesInput {
  readonly inbound_rules?: readonly RuleInput[] | null | undefined;
  readonly outbound_rules?: readonly RuleInput[] | null | undefined;
}

export interface FirewallInput extends RulesInput {
  readonly name: string;
  readonly droplet_ids?: readonly number[] | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
}

export function createFirewall(draft: CloudState, input: FirewallInput, now: string): Firewall {
  const firewall: Firewall = { id: randomUUID(), createdAt: now, ...contents(draft, input) };
  draft.firewalls.push(firewall);
  return firewall;
}

export function getFirewall(state: CloudState, id: string): Firewall {
  const firewall = state.firewalls.find((one) => one.id === id);
  if (firewall === undefined) throw notFound();
  return firewall;
}

/** Everything is said anew; what is left out is gone. */
export function updateFirewall(draft: CloudState, id: string, input: FirewallInput): Firewall {
  const firewall = getFirewall(draft, id);
  return Object.assign(firewall, contents(draft, input, id));
}

export function deleteFirewall(draft: CloudState, id: string): void {
  const firewall = getFirewall(draft, id);
  draft.firewalls = draft.firewalls.filter((one) => one !== firewall);
}

export function addDroplets(draft: CloudState, id: string, dropletIds: readonly number[]): void {
  const firewall = getFirewall(draft, id);
  firewall.dropletIds = [...new Set([...firewall.dropletIds, ...knownDroplets(draft, dropletIds)])];
}

export function removeDroplets(draft: CloudState, id: string, dropletIds: readonly number[]): void {
  const firewall = getFirewall(draft, id);
  firewall.dropletIds = firewall.dropletIds.filter((one) => !dropletIds.includes(one));
}

export function addTags(draft: CloudState, id: string, tags: readonly string[]): void {
  const firewall = getFirewall(draft, id);
  firewall.tags = [...new Set([...firewall.tags, ...knownTags(draft, tags)])];
}

export function removeTags(draft: CloudState, id: string, tags: readonly string[]): void {
  const firewall = getFirewall(draft, id);
  const gone = tags.map((tag) => getTag(draft, tag));
  firewall.tags = firewall.tags.filter((one) => !gone.includes(one));
}

export function addRules(draft: CloudState, id: string, input: RulesInput): void {
  const firewall = getFirewall(draft, id);
  const { inbound, outbound } = rulesOf(draft, input);
  firewall.inbound = [...without(firewall.inbound, inbound), ...inbound];
  firewall.outbound = [...without(firewall.outbound, outbound), ...outbound];
}

export function removeRules(draft: CloudState, id: string, input: RulesInput): void {
  const firewall = getFirewall(draft, id);
  const { inbound, outbound } = rulesOf(draft, input);
  firewall.inbound = without(firewall.inbound, inbound);
  firewall.outbound = without(firewall.outbound, outbound);
}

function contents(draft: CloudState, input: FirewallInput, own?: string): Omit<Firewall, "id" | "createdAt"> {
  const { name } = input;
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]+$/.test(name)) {
    throw unprocessable(
      "name may only contain alphanumeric characters, dashes, and periods, and has to have two or more",
    );
  }
  if (draft.firewalls.some((one) => one.name === name && one.id !== own)) throw conflict("duplicate name");
  const { inbound, outbound } = rulesOf(draft, input);
  if (inbound.length + outbound.length === 0) throw unprocessable("must have at least one inbound or outbound rule");
  return {
    name,
    inbound,
    outbound,
    dropletIds: knownDroplets(draft, input.droplet_ids ?? []),
    tags: knownTags(draft, input.tags ?? []),
  };
}

function rulesOf(draft: CloudState, input: RulesInput): { inbound: FirewallRule[]; outbound: FirewallRule[] } {
  return {
    inbound: (input.inbound_rules ?? []).map((rule) => ruleOf(draft, rule, rule.sources, "sources")),
    outbound: (input.outbound_rules ?? []).map((rule) => ruleOf(draft, rule, rule.destinations, "destinations")),
  };
}

function ruleOf(
  draft: CloudState,
  { protocol, ports }: RuleInput,
  peers: PeersInput | undefined,
  side: "sources" | "destinations",
): FirewallRule {
  if (peers === undefined) throw unprocessable(`${side} must be specified for a rule`);
  if ((peers.load_balancer_uids ?? []).length + (peers.kubernetes_ids ?? []).length > 0) {
    throw unprocessable(`${side}: the sandbox has neither load balancers nor Kubernetes clusters`);
  }
  for (const address of peers.addresses ?? []) {
    if (isIP(address) === 0 && parseRange(address) === undefined)
      throw unprocessable(`${side}: invalid address ${address}`);
  }
  const given = {
    ...some("addresses", peers.addresses),
    ...some("dropletIds", peers.droplet_ids && knownDroplets(draft, peers.droplet_ids)),
    ...some("tags", peers.tags && knownTags(draft, peers.tags)),
  };
  if (Object.keys(given).length === 0) throw unprocessable(`${side} must name an address, a droplet or a tag`);
  return { protocol, ports: portsOf(protocol, ports), peers: given };
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

function knownDroplets(draft: CloudState, ids: readonly number[]): number[] {
  return [...new Set(ids)].map((id) => requireDroplet(draft, id).id);
}

function knownTags(draft: CloudState, tags: readonly string[]): string[] {
  return tags.map((tag) => {
    const found = findTag(draft, tag);
    if (found === undefined) throw unprocessable(`tag ${tag} does not exist`);
    return found;
  });
}

function without(rules: readonly FirewallRule[], gone: readonly FirewallRule[]): FirewallRule[] {
  const keys = new Set(gone.map((rule) => JSON.stringify(rule)));
  return rules.filter((rule) => !keys.has(JSON.stringify(rule)));
}
