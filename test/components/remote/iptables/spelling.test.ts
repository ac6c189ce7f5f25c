import { bastionRuleset, serverRuleset } from "../../../../components/host/firewall";
import { applyRules } from "../../../../components/remote/iptables/apply";
import { loadsTheseRules } from "../../../../components/remote/iptables/observation";
import { chainsOf } from "../../../../components/remote/iptables/render";
import type { FirewallRule, Ruleset } from "../../../../components/remote/iptables/rules";
import { useMachine } from "./machine";

const machine = useMachine();

/** Every form that a rule can have, and texts that are awkward in a shell or in iptables' own quoting. */
const everyForm: readonly FirewallRule[] = [
  { chain: "INPUT", protocol: "tcp", sourcePorts: ["1000-2000"], destinationPorts: [22], action: "ACCEPT" },
  { chain: "INPUT", protocol: "udp", sourcePorts: [1, 2], destinationPorts: [80, "8000-8010"], action: "REJECT" },
  { chain: "INPUT", protocol: "tcp", destinationPorts: ["0-65535"], action: "DROP" },
  { chain: "INPUT", source: "192.0.2.0/24", destination: "0.0.0.0/0", inInterface: "eth+", action: "DROP" },
  { chain: "INPUT", source: "2001:db8::/32", inInterface: "wg0.1", action: { jump: "own-chain_1" } },
  { chain: "INPUT", destination: "::ffff:0:0/96", action: "DROP" },
  { chain: "INPUT", state: ["UNTRACKED", "INVALID"], action: "DROP" },
  { chain: "INPUT", protocol: "icmp", icmpType: "fragmentation-needed", action: "ACCEPT" },
  { chain: "INPUT", protocol: "icmp", icmpType: "8", action: "ACCEPT" },
  { chain: "INPUT", protocol: "icmpv6", icmpType: "1/3", action: "REJECT" },
  { chain: "own-chain_1", action: "RETURN" },
  { chain: "INPUT", comment: `it's a "quote" \\ 100% $HOME \`id\` #1: ümläut`, action: { jump: "own-chain_1" } },
  { chain: "FORWARD", inInterface: "eth0", outInterface: "eth1", action: "DROP" },
  { chain: "OUTPUT", uidOwner: 4294967294, outInterface: "eth0", action: "ACCEPT" },
  { table: "raw", chain: "PREROUTING", source: "198.51.100.1", action: "DROP" },
  { table: "mangle", chain: "FORWARD", state: ["INVALID"], action: "DROP" },
  { table: "nat", chain: "PREROUTING", source: "198.51.100.1", action: "ACCEPT" },
];

const rulesets: [string, (ssh: FirewallRule) => Ruleset][] = [
  [
    "a bastion",
    ({ source = "" }) =>
      bastionRuleset({
        adminAccess: [`${source}/32`, "203.0.113.0/24", "2001:db8::/64"],
        networkRange: "10.20.0.0/24",
        privateAddress: "10.20.0.2",
        upstreams: [{ address: "10.20.0.3", port: 80 }],
      }),
  ],
  [
    "a server",
    ({ source = "" }) =>
      serverRuleset({ networkRange: `${source}/32`, bastionAddress: "10.20.0.2", softwarePort: 8080 }),
  ],
  ["every form of a rule", (ssh) => ({ policies: { OUTPUT: "ACCEPT" }, rules: [ssh, ...everyForm] })],
];

test.each(rulesets)(
  "the rules of %s are found again as they were said: nothing to change a second time",
  async (_, make) => {
    const { endpoint, source } = machine();
    const rules = chainsOf(
      make({ chain: "INPUT", source, protocol: "tcp", destinationPorts: [22], action: "ACCEPT", comment: "SSH" }),
    );
    await expect(applyRules(endpoint, rules, "test")).resolves.toEqual({ rules, boot: loadsTheseRules });
  },
);
