import { parseCidr } from "../../cidr";
import { icmpNames, icmpNumber } from "./icmp";
import { builtInChains, families, type Family, type FirewallRule, isBuiltIn, type Ports, type Ruleset } from "./rules";

/** What is wrong with a ruleset, in one sentence that begins with the argument. */
export interface RuleProblem {
  /** Such as `rules[3].source`. */
  readonly argument: string;
  readonly reason: string;
}

/** Everything that is wrong with a ruleset and can be seen without a kernel; nothing when it is right. */
export function rulesetProblems({ rules }: Ruleset): RuleProblem[] {
  return rules.flatMap((rule, index) =>
    ruleProblems(rule).map(([argument, expected]) => {
      const place = `rules[${index}].${argument}`;
      const named = rule.comment === undefined ? "" : ` of the rule «${rule.comment}»`;
      return { argument: place, reason: `${place}${named} ${expected}.` };
    }),
  );
}

/** The families that a rule fits: none when it contradicts itself. */
export function familiesOf({ family, source, destination, protocol }: FirewallRule): readonly Family[] {
  const asked = [
    family,
    source === undefined ? undefined : parseCidr(source)?.family,
    destination === undefined ? undefined : parseCidr(destination)?.family,
    protocol === "icmp" ? ("ipv4" as const) : undefined,
    protocol === "icmpv6" ? ("ipv6" as const) : undefined,
  ].filter((one) => one !== undefined);
  return families.filter((one) => asked.every((other) => other === one));
}

/** `[argument, what would be right]` */
type Problem = readonly [string, string];

function ruleProblems(rule: FirewallRule): Problem[] {
  const problems = [
    ...chainProblems(rule),
    ...addressProblems(rule),
    ...portProblems(rule),
    ...interfaceProblems(rule),
    ...actionProblems(rule),
    ...commentProblems(rule),
  ];
  if (problems.length > 0) return problems;
  const fits = familiesOf(rule);
  if (fits.length === 0)
    return [["family", "contradicts the rule's addresses or protocol: no packet is of both families"]];
  return icmpProblems(rule, fits);
}

function chainProblems({ chain, table = "filter", state, uidOwner }: FirewallRule): Problem[] {
  const names = builtInChains[table].join(", ");
  return [
    ...(isBuiltIn(table, chain) || isOwnChain(chain)
      ? []
      : [["chain", `has to be ${names} or a name of your own of up to 28 letters (it is ${chain})`] as const]),
    ...(state?.length === 0 ? [["state", "has to name a state or be left out (it is an empty list)"] as const] : []),
    ...(uidOwner === undefined || (Number.isInteger(uidOwner) && uidOwner >= 0 && uidOwner < 2 ** 32 - 1)
      ? []
      : [["uidOwner", `has to be a numeric user (it is ${uidOwner})`] as const]),
    ...(uidOwner !== undefined && ["PREROUTING", "INPUT", "FORWARD"].includes(chain)
      ? [["uidOwner", `is known of packets that leave this machine only, not in ${chain}`] as const]
      : []),
  ];
}

/** Built-in names of other tables are no names for an own chain: whoever reads the rules would be misled. */
function isOwnChain(name: string): boolean {
  const reserved: readonly string[] = [...Object.values(builtInChains).flat(), "ACCEPT", "DROP", "REJECT", "RETURN"];
  return /^[A-Za-z][A-Za-z0-9_-]{0,27}$/.test(name) && !reserved.includes(name);
}

function addressProblems({ source, destination }: FirewallRule): Problem[] {
  return Object.entries({ source, destination }).flatMap(([argument, text]): Problem[] =>
    text === undefined || parseCidr(text)
      ? []
      : [[argument, `has to be an address or a range without further bits, such as 192.0.2.0/24 (it is ${text})`]],
  );
}

/** What the kernel's multiport match takes. */
const mostPorts = 15;

function portProblems({ sourcePorts, destinationPorts, protocol }: FirewallRule): Problem[] {
  return Object.entries({ sourcePorts, destinationPorts }).flatMap(([argument, ports]): Problem[] => {
    if (ports === undefined) return [];
    if (protocol !== "tcp" && protocol !== "udp") return [[argument, "needs the protocol tcp or udp"]];
    const slots = ports.reduce<number>((sum, port) => sum + (typeof port === "number" ? 1 : 2), 0);
    if (slots === 0 || slots > mostPorts) {
      return [[argument, `has to be 1 to ${mostPorts} ports; a range counts twice (it is ${ports.join(", ")})`]];
    }
    return ports
      .filter((port) => !isPort(port))
      .map((port) => [argument, `has to be ports from 0 to 65535, ranges as "8000-8010" (it is ${port})`]);
  });
}

function isPort(port: Ports): boolean {
  const range = typeof port === "number" ? [port, port] : port.split("-").map(Number);
  const [first = -1, last = -1] = range;
  return range.length === 2 && range.every((one) => Number.isInteger(one) && one >= 0 && one <= 65535) && first <= last;
}

function interfaceProblems({ chain, inInterface, outInterface }: FirewallRule): Problem[] {
  const named = Object.entries({ inInterface, outInterface }).flatMap(([argument, name]): Problem[] =>
    name === undefined || (name.length <= 15 && /^[A-Za-z0-9_.:@-]+\+?$/.test(name))
      ? []
      : [[argument, `has to be the name of an interface (it is ${name})`]],
  );
  if (inInterface !== undefined && ["OUTPUT", "POSTROUTING"].includes(chain)) {
    return [...named, ["inInterface", `is not known of packets in ${chain}`]];
  }
  if (outInterface !== undefined && ["INPUT", "PREROUTING"].includes(chain)) {
    return [...named, ["outInterface", `is not known of packets in ${chain}`]];
  }
  return named;
}

function actionProblems({ action, table = "filter" }: FirewallRule): Problem[] {
  if (typeof action === "object") {
    return isOwnChain(action.jump) ? [] : [["action.jump", `has to be a chain of your own (it is ${action.jump})`]];
  }
  if (table === "nat" && (action === "DROP" || action === "REJECT")) {
    return [["action", `can't be ${action} in the table nat: filter in the table filter`]];
  }
  if (action === "REJECT" && table !== "filter") return [["action", "can be REJECT in the table filter only"]];
  return [];
}

/** 256 bytes with the zero at their end (`XT_MAX_COMMENT_LEN`). */
const longestComment = 255;

function commentProblems({ comment }: FirewallRule): Problem[] {
  if (comment === undefined) return [];
  const right =
    comment !== "" && Buffer.byteLength(comment) <= longestComment && !/[\u0000-\u001f\u007f]/.test(comment);
  return right ? [] : [["comment", `has to be one line of up to ${longestComment} bytes`]];
}

function icmpProblems({ icmpType, protocol }: FirewallRule, [family]: readonly Family[]): Problem[] {
  if (icmpType === undefined || family === undefined) return [];
  if (protocol !== "icmp" && protocol !== "icmpv6") return [["icmpType", "needs the protocol icmp or icmpv6"]];
  if (icmpNumber(family, icmpType) !== undefined) return [];
  return [["icmpType", `has to be a number or one of ${icmpNames(family).join(", ")} (it is ${icmpType})`]];
}
