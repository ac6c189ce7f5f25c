import { renderRuleset } from "../../../../components/remote/iptables/render";
import type { FirewallRule, Ruleset } from "../../../../components/remote/iptables/rules";

/** The lines of one table, without those of the others. */
function table(text: string, name: string): string[] {
  const lines = text.split("\n");
  const start = lines.indexOf(`*${name}`);
  return lines.slice(start, lines.indexOf("COMMIT", start) + 1);
}

const rule = (fields: Partial<FirewallRule>): Ruleset => ({
  policies: { INPUT: "ACCEPT", FORWARD: "ACCEPT", OUTPUT: "ACCEPT" },
  rules: [{ chain: "INPUT", action: "ACCEPT", ...fields }],
});
const rulesOf = (ruleset: Ruleset, family: "ipv4" | "ipv6"): string[] =>
  renderRuleset(ruleset)
    [family].split("\n")
    .filter((line) => line.startsWith("-A"));

test("every table is there, and holds nothing but what was said", () => {
  const open = `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
`;
  const security = `*security
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
`;
  const { ipv4, ipv6 } = renderRuleset({
    rules: [
      { chain: "INPUT", inInterface: "lo", action: "ACCEPT" },
      { chain: "OUTPUT", outInterface: "lo", action: "ACCEPT" },
      { chain: "INPUT", source: "192.0.2.0/24", protocol: "tcp", destinationPorts: [22], action: "ACCEPT" },
    ],
  });
  expect(ipv4).toBe(`${open}*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 22 -j ACCEPT
-A OUTPUT -o lo -j ACCEPT
COMMIT
${security}`);
  expect(ipv6).toBe(`${open}*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A INPUT -i lo -j ACCEPT
-A OUTPUT -o lo -j ACCEPT
COMMIT
${security}`);
});

test("what no rule decides about is dropped, unless a policy says otherwise", () => {
  expect(table(renderRuleset({ policies: { OUTPUT: "ACCEPT" }, rules: [] }).ipv4, "filter")).toEqual([
    "*filter",
    ":INPUT DROP [0:0]",
    ":FORWARD DROP [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    "COMMIT",
  ]);
});

test.each<[string, Partial<FirewallRule>, string[], string[]]>([
  ["without an address to both families", {}, ["-A INPUT -j ACCEPT"], ["-A INPUT -j ACCEPT"]],
  ["of an IPv4 source to IPv4", { source: "192.0.2.1" }, ["-A INPUT -s 192.0.2.1/32 -j ACCEPT"], []],
  ["of an IPv6 destination to IPv6", { destination: "2001:DB8::/32" }, [], ["-A INPUT -d 2001:db8::/32 -j ACCEPT"]],
  ["of ICMP to IPv4", { protocol: "icmp" }, ["-A INPUT -p icmp -j ACCEPT"], []],
  ["of ICMPv6 to IPv6", { protocol: "icmpv6" }, [], ["-A INPUT -p ipv6-icmp -j ACCEPT"]],
  ["of one family to that family", { family: "ipv6" }, [], ["-A INPUT -j ACCEPT"]],
  [
    "from everywhere in IPv4 to IPv4, where that says nothing more",
    { source: "0.0.0.0/0" },
    ["-A INPUT -j ACCEPT"],
    [],
  ],
])("a rule %s", (_, fields, ipv4, ipv6) => {
  expect(rulesOf(rule(fields), "ipv4")).toEqual(ipv4);
  expect(rulesOf(rule(fields), "ipv6")).toEqual(ipv6);
});

test.each<[string, Partial<FirewallRule>, string]>([
  [
    "a range of ports",
    { protocol: "udp", destinationPorts: ["8000-8010"] },
    "-p udp -m udp --dport 8000:8010 -j ACCEPT",
  ],
  [
    "several ports",
    { protocol: "tcp", destinationPorts: [80, 443, "8000-8010"] },
    "-p tcp -m multiport --dports 80,443,8000:8010 -j ACCEPT",
  ],
  [
    "ports of both sides",
    { protocol: "tcp", sourcePorts: [123], destinationPorts: [123] },
    "-p tcp -m tcp --sport 123 --dport 123 -j ACCEPT",
  ],
  [
    "states in the kernel's order",
    { state: ["ESTABLISHED", "RELATED"] },
    "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
  ],
  ["a user", { chain: "OUTPUT", uidOwner: 0 }, "-m owner --uid-owner 0 -j ACCEPT"],
  [
    "an ICMP type by its number",
    { protocol: "icmp", icmpType: "fragmentation-needed" },
    "-p icmp -m icmp --icmp-type 3/4 -j ACCEPT",
  ],
  ["a comment of one word", { comment: "SSH" }, "-m comment --comment SSH -j ACCEPT"],
  ["a comment with quotes", { comment: `the "wiki's" way` }, `-m comment --comment "the \\"wiki\\'s\\" way" -j ACCEPT`],
  ["a refusal", { action: "REJECT" }, "-j REJECT --reject-with icmp-port-unreachable"],
])("%s", (_, fields, line) => {
  expect(rulesOf(rule(fields), "ipv4")).toEqual([`-A ${fields.chain ?? "INPUT"} ${line}`]);
});

test("an ICMPv6 type and a refusal have their own names in IPv6", () => {
  expect(rulesOf(rule({ protocol: "icmpv6", icmpType: "neighbour-solicitation" }), "ipv6")).toEqual([
    "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT",
  ]);
  expect(rulesOf(rule({ family: "ipv6", action: "REJECT" }), "ipv6")).toEqual([
    "-A INPUT -j REJECT --reject-with icmp6-port-unreachable",
  ]);
});

test("a chain of one's own is there by being named, in both families", () => {
  const { ipv4, ipv6 } = renderRuleset({
    rules: [
      { chain: "INPUT", action: { jump: "visitors" } },
      { chain: "visitors", source: "192.0.2.0/24", action: "DROP" },
    ],
  });
  expect(table(ipv4, "filter").slice(4)).toEqual([
    ":visitors - [0:0]",
    "-A INPUT -j visitors",
    "-A visitors -s 192.0.2.0/24 -j DROP",
    "COMMIT",
  ]);
  expect(table(ipv6, "filter").slice(4)).toEqual([":visitors - [0:0]", "-A INPUT -j visitors", "COMMIT"]);
});

test("a rule of another table goes there", () => {
  const { ipv4 } = renderRuleset({
    rules: [{ table: "raw", chain: "PREROUTING", source: "192.0.2.9", action: "DROP" }],
  });
  expect(table(ipv4, "raw")).toContain("-A PREROUTING -s 192.0.2.9/32 -j DROP");
  expect(table(ipv4, "filter").join("\n")).not.toContain("-A");
});
