import type { MachineSpec } from "../../../../sandbox/hosts/hosts";
import { layoutOf } from "../../../../sandbox/hosts/network/addresses";
import { filterChains } from "../../../../sandbox/hosts/network/filters";
import { networkConfig } from "../../../../sandbox/hosts/network/guest";
import { reservedRoutes } from "../../../../sandbox/hosts/network/links";
import { ruleset } from "../../../../sandbox/hosts/network/rules";

const layout = layoutOf(3);
const common = { region: "nyc3", userData: "", sshKeys: [], tags: [], memoryMb: 512, vcpus: 1 };
const bastion: MachineSpec = {
  ...common,
  id: 7,
  hostname: "bastion",
  public: { ipv4: "203.0.113.100", ipv6: "2001:db8:3:1::4" },
  private: { networkId: "vpc", ipv4: "10.20.0.2" },
};
const wiki: MachineSpec = { ...common, id: 8, hostname: "wiki", private: { networkId: "vpc", ipv4: "10.20.0.3" } };
const network = { id: "vpc", range: "10.20.0.0/20" };

test("the rules of a deployment, as one transaction", () => {
  const text = ruleset({
    layout,
    foreign: ["203.0.113.0/27", "198.51.100.0/27"],
    networks: [network, { id: "empty", range: "10.30.0.0/20" }],
    machines: [wiki, bastion],
    filters: [
      {
        machineId: 7,
        inbound: [
          { protocol: "tcp", ports: "443", peers: ["0.0.0.0/0", "::/0"] },
          { protocol: "tcp", ports: "22", peers: ["203.0.113.98"] },
        ],
        outbound: [{ protocol: "icmp", peers: ["0.0.0.0/0", "::/0"] }],
      },
      { machineId: 99, inbound: [], outbound: [] },
    ],
    reserved: [{ address: "198.51.100.100", machineId: 7 }, { address: "198.51.100.101" }],
  });
  expect(text).toBe(`table inet room
delete table inet room
table inet room {
  set machines {
    type ifname
    elements = { "pub7", "prv7", "prv8" }
  }
  set public {
    type ifname
    elements = { "pub7" }
  }
  set senders4 {
    type ifname . ether_addr . ipv4_addr
    elements = { "pub7" . 02:31:00:00:00:07 . 203.0.113.100, "pub7" . 02:31:00:00:00:07 . 10.17.0.100, "prv7" . 02:32:00:00:00:07 . 10.20.0.2, "prv8" . 02:32:00:00:00:08 . 10.20.0.3 }
  }
  set senders6 {
    type ifname . ether_addr . ipv6_addr
    elements = { "pub7" . 02:31:00:00:00:07 . 2001:db8:3:1::4 }
  }
  chain senders {
    type filter hook prerouting priority raw; policy drop;
    iifname { "lo", "host", "visitor", "outside" } accept
    iifname . ether saddr . ip saddr @senders4 accept
    iifname . ether saddr . ip6 saddr @senders6 accept
    ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept
  }
  chain destinations {
    type nat hook prerouting priority dstnat; policy accept;
    dnat ip to ip daddr map { 198.51.100.100 : 10.17.0.100 }
  }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept
    iifname @machines ip daddr 169.254.169.254 tcp dport 80 accept
    iifname vmap { "pub7" : jump out-7, "prv7" : jump out-7 }
    iifname @public ip daddr 203.0.113.97 meta l4proto { tcp, udp } th dport 53 accept
    iifname @public icmp type echo-request accept
    iifname @public icmpv6 type echo-request accept
    iifname { "host", "visitor" } ip daddr 203.0.113.97 meta l4proto { tcp, udp } th dport 53 accept
    iifname { "host", "visitor" } icmp type echo-request accept
    iifname { "host", "visitor" } icmpv6 type echo-request accept
    iifname { "prv7", "prv8" } ip daddr 10.20.0.1 icmp type echo-request accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    ct original ip daddr 10.17.0.0/16 drop
    ip saddr 10.17.0.0/16 ip saddr != { 10.17.0.100 } drop
    iifname vmap { "pub7" : jump out-7, "prv7" : jump out-7 }
    oifname vmap { "pub7" : jump in-7, "prv7" : jump in-7 }
    oifname "outside" ip daddr { 203.0.113.0/27, 198.51.100.0/27 } drop
    iifname @public oifname { "outside", "visitor" } accept
    iifname { "host", "visitor" } oifname @public accept
    iifname @public oifname @public accept
    iifname { "prv7", "prv8" } oifname { "prv7", "prv8" } accept
  }
  chain sources {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "outside" masquerade
    ip saddr 203.0.113.100 ip daddr 10.17.0.100 snat ip to 198.51.100.100
    ip saddr 10.17.0.100 snat ip to 198.51.100.100
  }
  chain in-7 {
    meta nfproto ipv4 tcp dport 443 return
    meta nfproto ipv6 tcp dport 443 return
    ip saddr { 203.0.113.98/32 } tcp dport 22 return
    drop
  }
  chain out-7 {
    meta nfproto ipv4 meta l4proto icmp return
    meta nfproto ipv6 meta l4proto icmpv6 return
    drop
  }
}
`);
});

test("a reserved IPv6 address is its machine's own to speak from, and is not translated", () => {
  const reserved = [{ address: "2001:db8:3:3::4", machineId: 7 }, { address: "2001:db8:3:3::5" }];
  const machines = [bastion, wiki];
  const text = ruleset({ layout, foreign: [], networks: [network], machines, filters: [], reserved });
  expect(text).toContain('"pub7" . 02:31:00:00:00:07 . 2001:db8:3:3::4 }');
  expect(text).not.toContain("2001:db8:3:3::5");
  expect(text).not.toContain("dnat");
  expect(reservedRoutes(layout, machines, reserved)).toEqual([
    "route replace 2001:db8:3:3::4/128 via 2001:db8:3:1::4 dev pub7 onlink",
    "route replace blackhole 2001:db8:3:3::5/128",
  ]);
});

test("a rule's peers are split by family, in canonical form, without those that others hold", () => {
  const peers = ["10.0.0.5/8", "10.1.2.3", "192.0.2.7", "2001:DB8:0::1", "fd00::1/16", "fd00:1::/32"];
  expect(
    filterChains({ machineId: 1, inbound: [{ protocol: "udp", ports: "8000-9000", peers }], outbound: [] }),
  ).toEqual([
    "  chain in-1 {",
    "    ip saddr { 10.0.0.0/8, 192.0.2.7/32 } udp dport 8000-9000 return",
    "    ip6 saddr { 2001:db8::1/128, fd00::/16 } udp dport 8000-9000 return",
    "    drop",
    "  }",
    "  chain out-1 {",
    "    drop",
    "  }",
  ]);
});

test("outbound rules look at whom the machine called, and a rule without peers admits nobody", () => {
  const outbound = [
    { protocol: "tcp" as const, ports: "all", peers: ["198.51.100.100"] },
    { protocol: "tcp" as const, ports: "80", peers: [] },
  ];
  expect(filterChains({ machineId: 1, inbound: [], outbound }).slice(3)).toEqual([
    "  chain out-1 {",
    "    ct original ip daddr { 198.51.100.100/32 } meta l4proto tcp return",
    "    drop",
    "  }",
  ]);
});

test("a machine with a public interface raises both, and finds gateway and resolver by the public one", () => {
  expect(networkConfig(layout, network, bastion)).toBe(`version: 2
ethernets:
  eth0:
    match:
      macaddress: "02:31:00:00:00:07"
    set-name: "eth0"
    dhcp4: false
    dhcp6: false
    accept-ra: false
    addresses:
      - "203.0.113.100/27"
      - "10.17.0.100/16"
      - "2001:db8:3:1::4/128"
    routes:
      - to: "0.0.0.0/0"
        via: "203.0.113.97"
      - to: "::/0"
        via: "fe80::1"
    nameservers:
      addresses:
        - "203.0.113.97"
  eth1:
    match:
      macaddress: "02:32:00:00:00:07"
    set-name: "eth1"
    dhcp4: false
    dhcp6: false
    accept-ra: false
    addresses:
      - "10.20.0.2/20"
`);
});

test("a machine without one only finds the metadata service", () => {
  expect(networkConfig(layout, network, wiki)).toBe(`version: 2
ethernets:
  eth1:
    match:
      macaddress: "02:32:00:00:00:08"
    set-name: "eth1"
    dhcp4: false
    dhcp6: false
    accept-ra: false
    addresses:
      - "10.20.0.3/20"
    routes:
      - to: "169.254.169.254/32"
        via: "10.20.0.1"
`);
});
