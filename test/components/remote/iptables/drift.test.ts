import { applyRules } from "../../../../components/remote/iptables/apply";
import type { Chains } from "../../../../components/remote/iptables/chains";
import { observe } from "../../../../components/remote/iptables/observation";
import { withSession } from "../../../../components/remote/ssh";
import { smallRules, useMachine } from "./machine";

const machine = useMachine({ reset: "once" });
let rules: Chains;

beforeAll(async () => {
  rules = smallRules(machine().source);
  await mended();
});
// Whatever a test did by hand, the next change has to undo: it fails when the machine filters otherwise afterwards.
afterEach(mended);

/** What somebody does by hand, and what is found to differ then: `+` there is, `-` there is no more. */
async function after(script: string): Promise<string[]> {
  const { console: run } = machine();
  await run(script);
  return differences((await look()).rules);
}

const look = () => withSession(machine().endpoint, {}, (session) => observe(session, rules));

function differences(found: Chains): string[] {
  const lines = (chains: Chains) =>
    Object.entries(chains).flatMap(([key, text]) =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => `${key}: ${line}`),
    );
  const [is, should] = [lines(found), lines(rules)];
  return [
    ...is.filter((line) => !should.includes(line)).map((line) => `+ ${line}`),
    ...should.filter((line) => !is.includes(line)).map((line) => `- ${line}`),
  ];
}

async function mended(): Promise<void> {
  await expect(applyRules(machine().endpoint, rules, "test")).resolves.toMatchObject({ rules });
}

describe("a rule made by hand shows, alone, and the next change removes it:", () => {
  const ssh = () =>
    `-s ${machine().source}/32 -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m comment --comment SSH -j ACCEPT`;

  test.each<[string, string, string[]]>([
    [
      "added by iptables",
      "iptables -A INPUT -p tcp --dport 99 -j ACCEPT",
      ["+ ipv4 filter INPUT: -p tcp -m tcp --dport 99 -j ACCEPT"],
    ],
    ["added by ip6tables", "ip6tables -I OUTPUT -j ACCEPT", ["+ ipv6 filter OUTPUT: -j ACCEPT"]],
    [
      "added to another table",
      "iptables -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 22",
      [
        "+ ipv4 nat PREROUTING: policy ACCEPT",
        "+ ipv4 nat PREROUTING: -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 22",
      ],
    ],
    [
      "added to the table that only security modules use",
      "iptables -t security -A INPUT -s 192.0.2.1 -j DROP",
      ["+ ipv4 security INPUT: policy ACCEPT", "+ ipv4 security INPUT: -s 192.0.2.1/32 -j DROP"],
    ],
    [
      "another policy",
      "iptables -P FORWARD ACCEPT; iptables -P INPUT ACCEPT",
      ["+ ipv4 filter INPUT: policy ACCEPT", "- ipv4 filter INPUT: policy DROP", "- ipv4 filter FORWARD: policy DROP"],
    ],
    [
      "added by nft, as iptables would have",
      "nft insert rule ip filter INPUT tcp dport 99 accept",
      ["+ ipv4 filter INPUT: nft: tcp dport 99 accept"],
    ],
    [
      "added by nft, so that iptables-save prints nothing",
      "nft insert rule ip filter INPUT ct state new accept",
      ["+ ipv4 filter INPUT: nft: ct state new accept"],
    ],
    [
      "added by nft, so that iptables-save prints another rule",
      "nft add set ip filter friends '{ type ipv4_addr; }'; nft insert rule ip filter INPUT ip saddr @friends accept",
      [
        "+ ipv4 filter INPUT: nft: ip saddr @friends accept",
        "+ ipv4 filter: nft: set friends",
        "+ ipv4 filter: nft: type ipv4_addr",
      ],
    ],
    [
      "a chain that nft put before ours",
      "nft add chain ip filter early '{ type filter hook input priority -5; policy accept; }'; nft add rule ip filter early tcp dport 99 drop",
      [
        "+ ipv4 filter early: policy ACCEPT",
        "+ ipv4 filter early: nft: type filter hook input priority filter - 5;",
        "+ ipv4 filter early: nft: tcp dport 99 drop",
      ],
    ],
    [
      "a table that nft put to sleep",
      "nft add table ip filter '{ flags dormant; }'",
      ["+ ipv4 filter: nft: flags dormant"],
    ],
    [
      "a table of nft's own",
      "nft add table inet guests; nft add chain inet guests in '{ type filter hook input priority 0; }'; nft add rule inet guests in tcp dport 99 drop",
      [
        "+ nft inet guests: chain in",
        "+ nft inet guests:   type filter hook input priority filter; policy accept;",
        "+ nft inet guests:   tcp dport 99 drop",
      ],
    ],
    [
      "a baseline that came back",
      "nft -f /etc/deploy4me/baseline.nft",
      expect.arrayContaining(["+ nft inet deploy4me_baseline: chain input"]) as string[],
    ],
    [
      "added by the legacy tools",
      "iptables-legacy -A INPUT -p tcp --dport 99 -j DROP",
      ["+ legacy ipv4 filter INPUT: policy ACCEPT", "+ legacy ipv4 filter INPUT: -p tcp -m tcp --dport 99 -j DROP"],
    ],
    [
      "added by the legacy tools for IPv6",
      "ip6tables-legacy -t raw -A PREROUTING -s 2001:db8::1 -j DROP",
      ["+ legacy ipv6 raw PREROUTING: policy ACCEPT", "+ legacy ipv6 raw PREROUTING: -s 2001:db8::1/128 -j DROP"],
    ],
  ])("%s", async (_, script, expected) => {
    await expect(after(script)).resolves.toEqual(expected);
  });

  test("removed by iptables", async () => {
    await expect(
      after(
        "iptables -D INPUT -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -m comment --comment web -j ACCEPT",
      ),
    ).resolves.toEqual([
      "- ipv4 filter INPUT: -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -m comment --comment web -j ACCEPT",
    ]);
  });

  test("all of them, by nft", async () => {
    const found = await after("nft flush ruleset");
    expect(found).toHaveLength(Object.values(rules).join("").trimEnd().split("\n").length);
    expect(found).toContain(`- ipv4 filter INPUT: ${ssh()}`);
  });
});

describe("what can't be read is drift, never an empty ruleset:", () => {
  const broken = (tool: string) => `mv /usr/sbin/${tool} /usr/sbin/${tool}.away`;
  const whole = (tool: string) => `mv /usr/sbin/${tool}.away /usr/sbin/${tool}`;

  test.each<[string, string]>([
    ["nft", "+ unreadable: nft list ruleset: exit code 127"],
    [
      "iptables-nft-restore",
      "+ unreadable: loading the applied rules in a network namespace of their own: exit code 127",
    ],
  ])("without %s", async (tool, expected) => {
    try {
      const found = await after(broken(tool));
      expect(found.join("\n")).toContain(expected);
    } finally {
      await machine().console(whole(tool));
    }
  });

  test("legacy tables without a tool to read them", async () => {
    await machine().console("iptables-legacy -A INPUT -s 192.0.2.1 -j DROP");
    try {
      await expect(after(broken("iptables-legacy-save"))).resolves.toEqual([
        expect.stringContaining("+ unreadable: iptables-legacy-save: exit code 127"),
      ]);
    } finally {
      await machine().console(whole("iptables-legacy-save"));
    }
  });

  test("an iptables-save that fails is read around", async () => {
    try {
      await expect(after(broken("iptables-nft-save"))).resolves.toEqual([]);
    } finally {
      await machine().console(whole("iptables-nft-save"));
    }
  });
});

describe("what the next boot would load belongs to it:", () => {
  test.each([
    [
      "a file of rules that was edited",
      "echo '# x' >>/etc/deploy4me/rules.v4",
      "/etc/deploy4me/rules.v4 holds other rules; /etc/deploy4me/rules.sha256 does not fit them",
    ],
    [
      "a file of rules that is gone",
      "rm /etc/deploy4me/rules.v6",
      "/etc/deploy4me/rules.v6 holds other rules; /etc/deploy4me/rules.sha256 does not fit them",
    ],
    ["a checksum that is gone", "rm /etc/deploy4me/rules.sha256", "/etc/deploy4me/rules.sha256 does not fit them"],
    [
      "a unit that was disabled",
      "systemctl disable deploy4me-firewall.service",
      "deploy4me-firewall.service is disabled",
    ],
    [
      "a unit that does something else",
      "sed -i /RemainAfterExit/d /etc/systemd/system/deploy4me-firewall.service",
      "/etc/systemd/system/deploy4me-firewall.service is not ours",
    ],
  ])("%s", async (_, script, boot) => {
    await machine().console(script);
    await expect(look()).resolves.toEqual({ rules, boot });
    await mended();
    await expect(look()).resolves.toEqual({ rules, boot: "loads these rules before the network is up" });
  });
});
