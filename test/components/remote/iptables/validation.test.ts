import type { FirewallRule } from "../../../../components/remote/iptables/rules";
import { rulesetProblems } from "../../../../components/remote/iptables/validation";

const right: FirewallRule = { chain: "INPUT", action: "ACCEPT" };

test.each<[string, Partial<FirewallRule>, string]>([
  [
    "a source with bits beyond its prefix",
    { source: "192.0.2.1/24" },
    "rules[0].source has to be an address or a range without further bits, such as 192.0.2.0/24 (it is 192.0.2.1/24).",
  ],
  [
    "a destination by name",
    { destination: "example.com" },
    "rules[0].destination has to be an address or a range without further bits, such as 192.0.2.0/24 (it is example.com).",
  ],
  [
    "addresses of two families",
    { source: "192.0.2.1", destination: "2001:db8::1" },
    "rules[0].family contradicts the rule's addresses or protocol: no packet is of both families.",
  ],
  [
    "ICMP from an IPv6 address",
    { source: "2001:db8::1", protocol: "icmp" },
    "rules[0].family contradicts the rule's addresses or protocol: no packet is of both families.",
  ],
  ["ports without a protocol", { destinationPorts: [22] }, "rules[0].destinationPorts needs the protocol tcp or udp."],
  [
    "a port that is none",
    { protocol: "tcp", destinationPorts: [65536] },
    'rules[0].destinationPorts has to be ports from 0 to 65535, ranges as "8000-8010" (it is 65536).',
  ],
  [
    "a range that ends before it begins",
    { protocol: "tcp", sourcePorts: ["20-10"] },
    'rules[0].sourcePorts has to be ports from 0 to 65535, ranges as "8000-8010" (it is 20-10).',
  ],
  [
    "no port at all",
    { protocol: "tcp", destinationPorts: [] },
    "rules[0].destinationPorts has to be 1 to 15 ports; a range counts twice (it is ).",
  ],
  [
    "more ports than the kernel takes",
    { protocol: "tcp", destinationPorts: Array.from({ length: 16 }, (_, port) => port) },
    "rules[0].destinationPorts has to be 1 to 15 ports; a range counts twice (it is 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15).",
  ],
  [
    "an ICMP type that is none",
    { protocol: "icmpv6", icmpType: "neighbor" },
    "rules[0].icmpType has to be a number or one of destination-unreachable, packet-too-big, time-exceeded, parameter-problem, " +
      "echo-request, echo-reply, router-solicitation, router-advertisement, neighbour-solicitation, neighbour-advertisement, " +
      "redirect (it is neighbor).",
  ],
  ["an ICMP type of TCP", { protocol: "tcp", icmpType: "8" }, "rules[0].icmpType needs the protocol icmp or icmpv6."],
  [
    "an interface that is none",
    { inInterface: "eth0 -j ACCEPT" },
    "rules[0].inInterface has to be the name of an interface (it is eth0 -j ACCEPT).",
  ],
  [
    "an interface that packets leave by, on their way in",
    { outInterface: "eth0" },
    "rules[0].outInterface is not known of packets in INPUT.",
  ],
  [
    "a user on the way in",
    { uidOwner: 0 },
    "rules[0].uidOwner is known of packets that leave this machine only, not in INPUT.",
  ],
  ["no state", { state: [] }, "rules[0].state has to name a state or be left out (it is an empty list)."],
  [
    "a chain of another table",
    { chain: "PREROUTING" },
    "rules[0].chain has to be INPUT, FORWARD, OUTPUT or a name of your own of up to 28 letters (it is PREROUTING).",
  ],
  [
    "a jump to a target",
    { action: { jump: "DROP" } },
    "rules[0].action.jump has to be a chain of your own (it is DROP).",
  ],
  [
    "a filter in nat",
    { table: "nat", chain: "PREROUTING", action: "DROP" },
    "rules[0].action can't be DROP in the table nat: filter in the table filter.",
  ],
  [
    "a refusal before the filter",
    { table: "raw", chain: "OUTPUT", action: "REJECT" },
    "rules[0].action can be REJECT in the table filter only.",
  ],
  [
    "a comment of two lines",
    { comment: "a\nb" },
    "rules[0].comment of the rule «a\nb» has to be one line of up to 255 bytes.",
  ],
])("%s", (_, fields, reason) => {
  expect(rulesetProblems({ rules: [{ ...right, ...fields }] }).map((problem) => problem.reason)).toEqual([reason]);
});

test("a problem names the rule by its place and by its comment", () => {
  const wrong: FirewallRule = { ...right, comment: "administrators", source: "office" };
  expect(rulesetProblems({ rules: [right, wrong] })).toEqual([
    {
      argument: "rules[1].source",
      reason:
        "rules[1].source of the rule «administrators» has to be an address or a range without further bits, such as " +
        "192.0.2.0/24 (it is office).",
    },
  ]);
});

test("a ruleset that is right has no problem", () => {
  expect(rulesetProblems({ rules: [right, { ...right, chain: "mine", action: { jump: "other" } }] })).toEqual([]);
});
