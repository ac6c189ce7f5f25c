import { bastionRuleset, serverRuleset } from "../../../components/host/firewall";
import type { FirewallRule } from "../../../components/remote/iptables/rules";

/** A rule as a person would say it, so that the whole of a ruleset can be read at once. */
function said(rule: FirewallRule): string {
  const words = [
    rule.chain,
    rule.family,
    rule.protocol,
    rule.icmpType,
    rule.source && `from ${rule.source}`,
    rule.destination && `to ${rule.destination}`,
    rule.inInterface && `in ${rule.inInterface}`,
    rule.outInterface && `out ${rule.outInterface}`,
    rule.destinationPorts && `port ${rule.destinationPorts.join(",")}`,
    rule.uidOwner !== undefined && `uid ${rule.uidOwner}`,
    rule.state?.join(","),
    typeof rule.action === "string" ? rule.action : `to the chain ${rule.action.jump}`,
  ];
  return words.filter((word) => word !== undefined && word !== false && word !== "").join(" ");
}

const common = [
  "INPUT in lo ACCEPT",
  "INPUT ESTABLISHED,RELATED ACCEPT",
  "INPUT ipv6 icmpv6 neighbour-solicitation ACCEPT",
  "INPUT ipv6 icmpv6 neighbour-advertisement ACCEPT",
  "INPUT ipv6 icmpv6 router-advertisement ACCEPT",
  "INPUT ipv6 icmpv6 packet-too-big ACCEPT",
  "OUTPUT out lo ACCEPT",
  "OUTPUT ESTABLISHED,RELATED ACCEPT",
  "OUTPUT ipv6 icmpv6 neighbour-solicitation ACCEPT",
  "OUTPUT ipv6 icmpv6 neighbour-advertisement ACCEPT",
  "OUTPUT ipv6 icmpv6 router-solicitation ACCEPT",
  "OUTPUT ipv6 icmpv6 packet-too-big ACCEPT",
];

test("the bastion's firewall, rule by rule", () => {
  const { policies, rules } = bastionRuleset({
    adminAccess: ["203.0.113.7/32", "2001:db8::/64"],
    networkRange: "10.20.0.0/24",
    privateAddress: "10.20.0.2",
    upstreams: [{ address: "10.20.0.3", port: 80 }],
  });
  // Left out means: dropped, in both directions and both families.
  expect(policies).toBeUndefined();
  expect(rules.map(said)).toEqual([
    ...common,
    "INPUT tcp port 80,443 NEW ACCEPT",
    "INPUT tcp from 203.0.113.7/32 port 22 NEW ACCEPT",
    "INPUT tcp from 2001:db8::/64 port 22 NEW ACCEPT",
    "INPUT tcp from 10.20.0.0/24 to 10.20.0.2 port 3128 NEW ACCEPT",
    "INPUT tcp from 10.20.0.0/24 to 10.20.0.2 port 53 NEW ACCEPT",
    "INPUT udp from 10.20.0.0/24 to 10.20.0.2 port 53 NEW ACCEPT",
    "INPUT udp from 10.20.0.0/24 to 10.20.0.2 port 123 NEW ACCEPT",
    "OUTPUT tcp to 169.254.169.254 port 80 uid 0 NEW ACCEPT",
    "OUTPUT to 169.254.169.254 DROP",
    "OUTPUT tcp to 10.20.0.0/24 port 22 NEW ACCEPT",
    "OUTPUT tcp to 10.20.0.3 port 80 NEW ACCEPT",
    "OUTPUT tcp port 53 NEW ACCEPT",
    "OUTPUT udp port 53 NEW ACCEPT",
    "OUTPUT udp port 123 NEW ACCEPT",
    "OUTPUT to 10.0.0.0/8 DROP",
    "OUTPUT to 100.64.0.0/10 DROP",
    "OUTPUT to 169.254.0.0/16 DROP",
    "OUTPUT to 172.16.0.0/12 DROP",
    "OUTPUT to 192.168.0.0/16 DROP",
    "OUTPUT to 224.0.0.0/4 DROP",
    "OUTPUT to 240.0.0.0/4 DROP",
    "OUTPUT to 64:ff9b::/96 DROP",
    "OUTPUT to fc00::/7 DROP",
    "OUTPUT to fe80::/10 DROP",
    "OUTPUT to ff00::/8 DROP",
    "OUTPUT tcp port 80,443 NEW ACCEPT",
  ]);
});

test("a server's firewall, rule by rule: nothing leads to another server's SSH, and no server answers where it leads", () => {
  const { policies, rules } = serverRuleset({
    networkRange: "10.20.0.0/24",
    bastionAddress: "10.20.0.2",
    softwarePort: 8080,
  });
  expect(policies).toBeUndefined();
  expect(rules.map(said)).toEqual([
    ...common,
    "INPUT tcp from 10.20.0.0/24 port 22 NEW ACCEPT",
    "INPUT tcp from 10.20.0.2 port 8080 NEW ACCEPT",
    "OUTPUT tcp to 169.254.169.254 port 80 uid 0 NEW ACCEPT",
    "OUTPUT to 169.254.169.254 DROP",
    "OUTPUT tcp to 10.20.0.0/24 port 3128 NEW ACCEPT",
    "OUTPUT tcp to 10.20.0.0/24 port 53 NEW ACCEPT",
    "OUTPUT udp to 10.20.0.0/24 port 53 NEW ACCEPT",
    "OUTPUT udp to 10.20.0.0/24 port 123 NEW ACCEPT",
  ]);
});
