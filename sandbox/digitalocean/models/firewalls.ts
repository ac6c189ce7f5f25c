import { randomUUID } from "node:crypto";

import { conflict, notFound, unprocessable } from "../errors";
import type { CloudState, Firewall, FirewallRule } from "../state";
import { knownDroplets, knownTags, type RulesInput, rulesOf } from "./firewall-rules";
import { getTag } from "./tags";

export interface FirewallInput extends RulesInput {
  readonly name?: string | null | undefined;
  readonly droplet_ids?: readonly number[] | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
}

/** As documented (docs.digitalocean.com/products/networking/firewalls/details/limits, of June 2025). */
const limits = { rules: 50, droplets: 10, tags: 5, peers: 1000 };

export function createFirewall(draft: CloudState, input: FirewallInput, now: string): Firewall {
  const firewall: Firewall = { id: randomUUID(), createdAt: now, ...contents(draft, input) };
  draft.firewalls.push(firewall);
  return withinLimits(firewall);
}

export function getFirewall(state: CloudState, id: string): Firewall {
  const firewall = state.firewalls.find((one) => one.id === id);
  if (firewall === undefined) throw notFound();
  return firewall;
}

/** Everything is said anew; what is left out is gone. */
export function updateFirewall(draft: CloudState, id: string, input: FirewallInput): Firewall {
  const firewall = getFirewall(draft, id);
  return withinLimits(Object.assign(firewall, contents(draft, input, id)));
}

export function deleteFirewall(draft: CloudState, id: string): void {
  const firewall = getFirewall(draft, id);
  draft.firewalls = draft.firewalls.filter((one) => one !== firewall);
}

export function addDroplets(draft: CloudState, id: string, dropletIds: readonly number[]): void {
  const firewall = getFirewall(draft, id);
  firewall.dropletIds = [...new Set([...firewall.dropletIds, ...knownDroplets(draft, dropletIds)])];
  withinLimits(firewall);
}

export function removeDroplets(draft: CloudState, id: string, dropletIds: readonly number[]): void {
  const firewall = getFirewall(draft, id);
  firewall.dropletIds = firewall.dropletIds.filter((one) => !dropletIds.includes(one));
}

export function addTags(draft: CloudState, id: string, tags: readonly string[]): void {
  const firewall = getFirewall(draft, id);
  firewall.tags = [...new Set([...firewall.tags, ...knownTags(draft, tags)])];
  withinLimits(firewall);
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
  withinLimits(firewall);
}

export function removeRules(draft: CloudState, id: string, input: RulesInput): void {
  const firewall = getFirewall(draft, id);
  const { inbound, outbound } = rulesOf(draft, input);
  firewall.inbound = without(firewall.inbound, inbound);
  firewall.outbound = without(firewall.outbound, outbound);
}

/** What is refused here was changed on a copy only. */
function withinLimits(firewall: Firewall): Firewall {
  const { inbound, outbound, dropletIds, tags } = firewall;
  const rules = [...inbound, ...outbound];
  if (rules.length > limits.rules) throw unprocessable(`a firewall can have at most ${limits.rules} rules`);
  if (dropletIds.length > limits.droplets) {
    throw unprocessable(`a firewall can have at most ${limits.droplets} droplets; give them a tag for more`);
  }
  if (tags.length > limits.tags) throw unprocessable(`a firewall can have at most ${limits.tags} tags`);
  for (const { peers } of rules) {
    const count = [peers.addresses, peers.dropletIds, peers.tags].reduce((sum, list) => sum + (list?.length ?? 0), 0);
    if (count > limits.peers) throw unprocessable(`a rule can have at most ${limits.peers} sources or destinations`);
  }
  return firewall;
}

function contents(draft: CloudState, input: FirewallInput, own?: string): Omit<Firewall, "id" | "createdAt"> {
  const name = input.name ?? "";
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]{1,254}$/.test(name)) throw unprocessable("invalid name");
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

function without(rules: readonly FirewallRule[], gone: readonly FirewallRule[]): FirewallRule[] {
  const keys = new Set(gone.map((rule) => JSON.stringify(rule)));
  return rules.filter((rule) => !keys.has(JSON.stringify(rule)));
}
