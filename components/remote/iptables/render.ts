import { parseCidr } from "../../cidr";
import { chainKey, type Chains, chainText, isOpen, restoreText, type RestoreText } from "./chains";
import { icmpNumber } from "./icmp";
import { builtInChains, families, type Family, type FirewallRule, isBuiltIn, type Ports, type Ruleset } from "./rules";
import { familiesOf } from "./validation";

/**
 * A ruleset as text for `iptables-restore` and `ip6tables-restore`: every table, and in it nothing but these rules.
 * @example
 * renderRuleset({ rules: [{ chain: "INPUT", inInterface: "lo", action: "ACCEPT" }] }).ipv4
 */
export function renderRuleset(ruleset: Ruleset): RestoreText {
  return restoreText(chainsOf(ruleset));
}

/**
 * A ruleset chain by chain, in the spelling in which the kernel gives it back. The ruleset has to be a valid one.
 */
export function chainsOf({ policies, rules }: Ruleset): Chains {
  const chains: Record<string, string> = {};
  for (const family of families) {
    for (const table of Object.keys(builtInChains)) {
      const own = rules.filter((rule) => (rule.table ?? "filter") === table);
      for (const chain of chainsIn(table, own)) {
        const policy = policyOf(table, chain, policies);
        const lines = own
          .filter((rule) => rule.chain === chain && familiesOf(rule).includes(family))
          .map((rule) => renderRule(rule, family));
        if (!isOpen(table, chain, policy, lines)) chains[chainKey(family, table, chain)] = chainText(policy, lines);
      }
    }
  }
  return chains;
}

/** Chains of one's own are there by being named; in both families, so that a rule of either can lead to them. */
function chainsIn(table: string, rules: readonly FirewallRule[]): string[] {
  const builtIn: readonly string[] = builtInChains[table as keyof typeof builtInChains];
  const named = rules.flatMap(({ chain, action }) => (typeof action === "object" ? [chain, action.jump] : [chain]));
  return [...builtIn, ...[...new Set(named)].filter((chain) => !isBuiltIn(table, chain)).sort()];
}

function policyOf(table: string, chain: string, policies: Ruleset["policies"] = {}): string | undefined {
  if (!isBuiltIn(table, chain)) return undefined;
  if (table !== "filter") return "ACCEPT";
  return (policies as Readonly<Record<string, string>>)[chain] ?? "DROP";
}

/** One rule without its chain, in the order in which `iptables-save` writes. */
function renderRule(rule: FirewallRule, family: Family): string {
  const { protocol, inInterface, outInterface, state, uidOwner, comment } = rule;
  return [
    ...address("-s", rule.source),
    ...address("-d", rule.destination),
    ...(inInterface === undefined ? [] : ["-i", inInterface]),
    ...(outInterface === undefined ? [] : ["-o", outInterface]),
    ...(protocol === undefined ? [] : ["-p", protocol === "icmpv6" ? "ipv6-icmp" : protocol]),
    ...ports(rule),
    ...icmp(rule, family),
    ...(state === undefined
      ? []
      : ["-m conntrack --ctstate", stateOrder.filter((one) => state.includes(one)).join(",")]),
    ...(uidOwner === undefined ? [] : ["-m owner --uid-owner", String(uidOwner)]),
    ...(comment === undefined ? [] : ["-m comment --comment", quoted(comment)]),
    ...action(rule, family),
  ].join(" ");
}

/** A range of everything says nothing, and the kernel does not say it back. */
function address(option: string, text: string | undefined): string[] {
  const range = text === undefined ? undefined : parseCidr(text);
  return range === undefined || range.prefix === 0 ? [] : [option, range.text];
}

const stateOrder = ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"] as const;

function ports({ protocol, sourcePorts: from = [], destinationPorts: to = [] }: FirewallRule): string[] {
  const one = [...single("--sport", from), ...single("--dport", to)];
  return [
    ...(one.length === 0 || protocol === undefined ? [] : [`-m ${protocol}`, ...one]),
    ...several("--sports", from),
    ...several("--dports", to),
  ];
}

function single(option: string, list: readonly Ports[]): string[] {
  return list.length === 1 ? list.map((port) => `${option} ${portText(port)}`) : [];
}

function several(option: string, list: readonly Ports[]): string[] {
  return list.length > 1 ? [`-m multiport ${option} ${list.map(portText).join(",")}`] : [];
}

function portText(port: Ports): string {
  return String(port).replace("-", ":");
}

function icmp({ icmpType }: FirewallRule, family: Family): string[] {
  if (icmpType === undefined) return [];
  const number = icmpNumber(family, icmpType) ?? icmpType;
  return [family === "ipv4" ? `-m icmp --icmp-type ${number}` : `-m icmp6 --icmpv6-type ${number}`];
}

function action({ action }: FirewallRule, family: Family): string[] {
  if (typeof action === "object") return ["-j", action.jump];
  if (action !== "REJECT") return ["-j", action];
  return ["-j REJECT --reject-with", family === "ipv4" ? "icmp-port-unreachable" : "icmp6-port-unreachable"];
}

/** As `iptables-save` quotes: only what needs it. */
function quoted(comment: string): string {
  return /^[\w-]+$/.test(comment) ? comment : `"${comment.replace(/["'\\]/g, "\\$&")}"`;
}
