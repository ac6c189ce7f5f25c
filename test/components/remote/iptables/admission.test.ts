import { whatCutsTheWayIn } from "../../../../components/remote/iptables/admission";
import { chainsOf } from "../../../../components/remote/iptables/render";
import type { FirewallRule, Ruleset } from "../../../../components/remote/iptables/rules";

const arrival = { source: "198.51.100.9", destination: "203.0.113.20", port: 22, inInterface: "eth0" };
const answers: FirewallRule = { chain: "OUTPUT", state: ["ESTABLISHED"], action: "ACCEPT" };
const ssh: FirewallRule = { chain: "INPUT", protocol: "tcp", destinationPorts: [22], state: ["NEW"], action: "ACCEPT" };
const said = (rules: FirewallRule[], policies: Ruleset["policies"] = {}) =>
  whatCutsTheWayIn(chainsOf({ policies, rules }), arrival);

test("no rule admits the connection", () => {
  expect(said([{ ...ssh, source: "198.51.100.0/29" }, { ...ssh, destinationPorts: [2222] }, answers])).toBe(
    "A connection from 198.51.100.9 to port 22 is admitted by no rule of ipv4 filter INPUT, and what no rule admits is dropped.",
  );
});

test("a rule drops it before another would admit it", () => {
  expect(
    said([{ ...ssh, source: "192.0.2.0/24" }, { chain: "INPUT", source: "198.51.100.0/24", action: "DROP" }, ssh]),
  ).toBe("A connection from 198.51.100.9 to port 22 meets rule 2 of ipv4 filter INPUT: -s 198.51.100.0/24 -j DROP.");
});

test("a rule of a chain that another one leads to refuses it", () => {
  expect(
    said([
      { chain: "INPUT", inInterface: "eth+", action: { jump: "outside" } },
      { chain: "outside", protocol: "udp", action: "DROP" },
      {
        chain: "outside",
        protocol: "tcp",
        destinationPorts: ["20-30"],
        action: "REJECT",
        comment: "no -j ACCEPT here",
      },
      ssh,
    ]),
  ).toBe(
    "A connection from 198.51.100.9 to port 22 meets rule 2 of ipv4 filter outside: -p tcp -m tcp --dport 20:30 " +
      '-m comment --comment "no -j ACCEPT here" -j REJECT --reject-with icmp-port-unreachable.',
  );
});

test("a rule of another table drops it", () => {
  expect(said([{ table: "raw", chain: "PREROUTING", source: arrival.source, action: "DROP" }, ssh, answers])).toBe(
    "A connection from 198.51.100.9 to port 22 meets rule 1 of ipv4 raw PREROUTING: -s 198.51.100.9/32 -j DROP.",
  );
});

test("its answer does not get out", () => {
  expect(said([ssh])).toBe(
    "A connection from 198.51.100.9 to port 22 comes in, but its answer is admitted by no rule of ipv4 filter OUTPUT, " +
      "and what no rule admits is dropped.",
  );
});

test("rules that admit it are not accused", () => {
  expect(said([{ chain: "INPUT", protocol: "icmp", action: "DROP" }, ssh, answers])).toBe(
    "No rule was found that would keep a connection from 198.51.100.9 to port 22 out: look at what lies between, too.",
  );
});

test("IPv6 is judged by its own rules", () => {
  const rules = chainsOf({ rules: [{ ...ssh, source: arrival.source }, answers] });
  expect(whatCutsTheWayIn(rules, { ...arrival, source: "2001:db8::9", destination: "2001:db8::20" })).toBe(
    "A connection from 2001:db8::9 to port 22 is admitted by no rule of ipv6 filter INPUT, and what no rule admits is dropped.",
  );
});
