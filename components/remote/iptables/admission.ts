import { contains, parseCidr } from "../../cidr";
import { chainKey, type Chains, policyIn, rulesIn } from "./chains";
import type { Arrival } from "./change";
import type { Family } from "./rules";

/**
 * Which rule or policy keeps a new TCP connection out, or its answer in: in one sentence. The rules are followed as the
 * kernel would, for the first packet in and the first one back.
 */
export function whatCutsTheWayIn(rules: Chains, { source, destination, port, inInterface }: Arrival): string {
  const family = parseCidr(source)?.family;
  if (family === undefined) return "Which rule it was can't be told: the machine did not say where it is reached from.";
  const way = `from ${source} to port ${port}`;
  const there = { family, source, destination, from: undefined, to: port, inInterface, outInterface: "", state: "NEW" };
  const back = {
    family,
    source: destination,
    destination: source,
    from: port,
    to: undefined,
    inInterface: "",
    outInterface: inInterface,
    state: "ESTABLISHED",
  };
  const refused = follow(rules, there, inbound);
  if (refused !== undefined) return `A connection ${way} ${refused}.`;
  const unanswered = follow(rules, back, outbound);
  if (unanswered !== undefined) return `A connection ${way} comes in, but its answer ${unanswered}.`;
  return `No rule was found that would keep a connection ${way} out: look at what lies between, too.`;
}

/** A packet of an SSH connection. Its ports are not known on the client's side. */
interface Packet {
  readonly family: Family;
  readonly source: string;
  readonly destination: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly inInterface: string;
  readonly outInterface: string;
  readonly state: string;
}

/** In the order in which the kernel calls them. */
const inbound = ["raw PREROUTING", "mangle PREROUTING", "mangle INPUT", "filter INPUT", "security INPUT"];
const outbound = ["raw OUTPUT", "mangle OUTPUT", "filter OUTPUT", "security OUTPUT", "mangle POSTROUTING"];

/** @returns how the packet is stopped, as the end of a sentence; nothing when it passes */
function follow(rules: Chains, packet: Packet, path: readonly string[]): string | undefined {
  for (const place of path) {
    const [table = "", chain = ""] = place.split(" ");
    const key = chainKey(packet.family, table, chain);
    const text = rules[key];
    if (text === undefined) continue;
    const verdict = walk(rules, packet, table, chain, 0);
    if (verdict?.stops === true) return `meets rule ${verdict.number} of ${verdict.key}: ${verdict.rule}`;
    if (!verdict && policyIn(text) === "DROP")
      return `is admitted by no rule of ${key}, and what no rule admits is dropped`;
  }
  return undefined;
}

interface Verdict {
  readonly stops: boolean;
  readonly key: string;
  /** From 1. */
  readonly number: number;
  readonly rule: string;
}

/** iptables itself refuses loops, but the rules may not have been loaded. */
const deepest = 16;

/** @returns nothing when the chain's end is reached */
function walk(rules: Chains, packet: Packet, table: string, chain: string, depth: number): Verdict | undefined {
  const key = chainKey(packet.family, table, chain);
  for (const [index, rule] of rulesIn(rules[key] ?? "").entries()) {
    const target = matches(rule, packet);
    if (target === undefined) continue;
    if (target === "RETURN") return undefined;
    if (target === "ACCEPT") return { stops: false, key, number: index + 1, rule };
    if (target === "DROP" || target === "REJECT") return { stops: true, key, number: index + 1, rule };
    const inner = depth < deepest ? walk(rules, packet, table, target, depth + 1) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

/** @returns the rule's target when the packet matches it */
function matches(rule: string, packet: Packet): string | undefined {
  const words = rule.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
  for (let index = 0; index < words.length; index += 2) {
    const [option = "", value = ""] = words.slice(index, index + 2);
    if (option === "-j") return value;
    const test = tests[option];
    // A condition that is not known here may hold or not; most do not for SSH.
    if (!test?.(value, packet)) return undefined;
  }
  return undefined;
}

type Test = (value: string, packet: Packet) => boolean;

const always: Test = () => true;
const tests: Readonly<Record<string, Test>> = {
  "-s": (range, { source }) => inRange(range, source),
  "-d": (range, { destination }) => inRange(range, destination),
  "-i": (name, { inInterface }) => isInterface(name, inInterface),
  "-o": (name, { outInterface }) => isInterface(name, outInterface),
  "-p": (protocol) => protocol === "tcp",
  "-m": always,
  "--sport": (ports, { from }) => isAmong(ports, from),
  "--sports": (ports, { from }) => isAmong(ports, from),
  "--dport": (ports, { to }) => isAmong(ports, to),
  "--dports": (ports, { to }) => isAmong(ports, to),
  "--ctstate": (states, { state }) => states.split(",").includes(state),
  // sshd runs as root until somebody has logged in.
  "--uid-owner": (uid) => uid === "0",
  "--comment": always,
};

function inRange(text: string, address: string): boolean {
  const range = parseCidr(text);
  return range !== undefined && contains(range, address);
}

function isInterface(pattern: string, name: string): boolean {
  return pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** A client's port is any high one. */
function isAmong(list: string, port = 50_000): boolean {
  return list.split(",").some((text) => {
    const [first = 0, last = first] = text.split(":").map(Number);
    return first <= port && port <= last;
  });
}
