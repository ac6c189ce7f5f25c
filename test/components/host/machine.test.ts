import { createHash } from "node:crypto";
import { connect } from "node:net";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import {
  bastionUserData,
  type BastionMachineArgs,
  type MachineArgs,
  serverUserData,
} from "../../../components/host/machine";
import { useMachine } from "../remote/iptables/machine";

const server: MachineArgs = {
  hostKey: { privateKey: pulumi.secret("private key\n"), publicKey: pulumi.output("ssh-ed25519 AAAA") },
  authorizedKeys: [pulumi.output("ssh-ed25519 BBBB office"), "ssh-ed25519 CCCC someone"],
  networkRange: "10.20.0.0/24",
};
const bastion: BastionMachineArgs = { ...server, adminAccess: ["203.0.113.7/32", "2001:db8::/64"] };

const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });

async function fileOf(userData: pulumi.Output<string>, path: string): Promise<string> {
  const { bootcmd } = parse(await valueOf(userData)) as { bootcmd: string[][] };
  const [, content] = bootcmd[0]?.[2]?.split(new RegExp(`^install .* ${path} <<'DEPLOY4ME'\n|^DEPLOY4ME\n`, "m")) ?? [];
  return content ?? "";
}
const baselineOf = (userData: pulumi.Output<string>) => fileOf(userData, "/etc/deploy4me/baseline.nft");

describe("user data", () => {
  test.each([
    ["a server", () => serverUserData(server)],
    ["a bastion", () => bastionUserData(bastion)],
  ])("of %s is secret: it holds the host key", async (_, make) => {
    const userData = make();
    await expect(pulumi.isSecret(userData)).resolves.toBe(true);
    await expect(valueOf(userData)).resolves.toContain("private key");
  });

  // A change of these texts replaces every bastion at the next `up`. Servers keep theirs. Change a hash only when that is
  // what you want.
  test("changes only deliberately", async () => {
    const hash = async (userData: pulumi.Output<string>) =>
      createHash("sha256")
        .update(await valueOf(userData))
        .digest("hex")
        .slice(0, 16);
    expect({
      server: await hash(serverUserData(server)),
      bastion: await hash(bastionUserData(bastion)),
    }).toMatchInlineSnapshot(`
     {
       "bastion": "a4ef3b8e6e95453b",
       "server": "7b1e44d7f0c00af8",
     }
    `);
  });

  test("of a bastion differs when administrators come from elsewhere: the machine is made anew, and lets them in", async () => {
    const moved = bastionUserData({ ...bastion, adminAccess: ["198.51.100.1/32"] });
    expect(await valueOf(moved)).not.toBe(await valueOf(bastionUserData(bastion)));
  });
});

test("a server's baseline, rule by rule: SSH comes in, and out leads what brings packages by way of the bastion", async () => {
  await expect(baselineOf(serverUserData(server))).resolves.toBe(`# Written by deploy4me when the machine was made.
table inet deploy4me_baseline
delete table inet deploy4me_baseline
table inet deploy4me_baseline {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, packet-too-big, nd-router-advert } accept
    ip saddr 10.20.0.0/24 tcp dport 22 accept
  }
  chain output {
    type filter hook output priority filter; policy drop;
    oifname "lo" accept
    ct state established,related accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, packet-too-big, nd-router-solicit } accept
    ip daddr 169.254.169.254 meta skuid 0 tcp dport 80 accept
    ip daddr 169.254.169.254 drop
    ip daddr 10.20.0.0/24 tcp dport { 53, 3128 } accept
    ip daddr 10.20.0.0/24 udp dport { 53, 123 } accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
  }
}
`);
});

test("a bastion's baseline, rule by rule: administrators come in, and out lead package sources and the way to servers", async () => {
  const lines = (await baselineOf(bastionUserData(bastion))).split("\n").map((line) => line.trim());
  const rulesOf = (chain: string) => lines.slice(lines.indexOf(`chain ${chain} {`) + 5).filter((line) => line !== "");
  expect(rulesOf("input").slice(0, 3)).toEqual([
    "ip saddr 203.0.113.7/32 tcp dport 22 accept",
    "ip6 saddr 2001:db8::/64 tcp dport 22 accept",
    "}",
  ]);
  const output = rulesOf("output");
  expect(output.slice(0, output.indexOf("}"))).toEqual([
    "ip daddr 169.254.169.254 meta skuid 0 tcp dport 80 accept",
    "ip daddr 169.254.169.254 drop",
    "ip daddr 10.20.0.0/24 tcp dport 22 accept",
    "tcp dport 53 accept",
    "udp dport { 53, 123 } accept",
    "ip daddr 0.0.0.0/8 drop",
    "ip daddr 10.0.0.0/8 drop",
    "ip daddr 100.64.0.0/10 drop",
    "ip daddr 127.0.0.0/8 drop",
    "ip daddr 169.254.0.0/16 drop",
    "ip daddr 172.16.0.0/12 drop",
    "ip daddr 192.168.0.0/16 drop",
    "ip daddr 224.0.0.0/4 drop",
    "ip daddr 240.0.0.0/4 drop",
    "ip6 daddr ::1/128 drop",
    "ip6 daddr 64:ff9b::/96 drop",
    "ip6 daddr fc00::/7 drop",
    "ip6 daddr fe80::/10 drop",
    "ip6 daddr ff00::/8 drop",
    "tcp dport { 80, 443 } accept",
  ]);
});

describe("on a machine", () => {
  const machine = useMachine();

  /** Loads a baseline twice, as a boot may, and leaves nothing else. */
  async function load(userData: pulumi.Output<string>): Promise<void> {
    const text = await baselineOf(userData);
    await machine().console(`nft flush ruleset
cat >/run/baseline <<'END'
${text}END
nft -f /run/baseline
nft -f /run/baseline`);
  }

  /**
   * From the machine to where nothing listens: what gets there is refused at once, what is not let out gets no answer. Only
   * that is waited for, so that a slow answer can't be taken for none.
   */
  async function leaves(port: number, { to = machine().source, user = 0, patience = 10 } = {}): Promise<boolean> {
    const said = await machine().console(
      `setpriv --reuid=${user} timeout ${patience} bash -c '</dev/tcp/${to}/${port}' 2>&1 || :`,
    );
    return said.includes("Connection refused");
  }
  const staysIn = async (port: number, options = {}) => !(await leaves(port, { ...options, patience: 1 }));

  /** From this side of the link to the machine: whether anything comes back, be it a refusal. */
  function answers(port: number, patience = 10_000): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host: machine().endpoint.host, port });
      const end = (answered: boolean) => () => {
        socket.destroy();
        resolve(answered);
      };
      socket.once("connect", end(true)).once("error", end(true)).setTimeout(patience, end(false));
    });
  }
  const keepsQuiet = async (port: number) => !(await answers(port, 1_000));

  test("everything answers and everything leaves while there is no baseline", async () => {
    await machine().console("nft flush ruleset");
    await expect(Promise.all([answers(22), answers(8080), leaves(8080)])).resolves.toEqual([true, true, true]);
  });

  test("a server's baseline lets SSH in and packages out, within its network alone", async () => {
    await load(serverUserData({ ...server, networkRange: `${machine().source}/32` }));
    await expect(Promise.all([answers(22), keepsQuiet(80), keepsQuiet(8080)])).resolves.toEqual([true, true, true]);
    await expect(Promise.all([leaves(3128), leaves(53)])).resolves.toEqual([true, true]);
    await expect(Promise.all([staysIn(22), staysIn(80), staysIn(443)])).resolves.toEqual([true, true, true]);
    await load(serverUserData(server));
    await expect(Promise.all([keepsQuiet(22), staysIn(3128), staysIn(53)])).resolves.toEqual([true, true, true]);
  });

  test("a bastion's baseline lets administrators in, and package sources and SSH to servers out", async () => {
    const range = `${machine().source}/32`;
    await load(bastionUserData({ ...bastion, adminAccess: [range], networkRange: range }));
    await expect(Promise.all([answers(22), keepsQuiet(80), keepsQuiet(3128)])).resolves.toEqual([true, true, true]);
    await expect(Promise.all([leaves(22), leaves(53), leaves(80), leaves(443)])).resolves.toEqual(Array(4).fill(true));
    await expect(staysIn(8080)).resolves.toBe(true);
    await load(bastionUserData(bastion));
    await expect(Promise.all([keepsQuiet(22), staysIn(22)])).resolves.toEqual([true, true]);
  });

  test.each([
    ["server", () => serverUserData(server)],
    ["bastion", () => bastionUserData(bastion)],
  ])("a %s's metadata answers root alone", async (_, make) => {
    const to = "169.254.169.254";
    await machine().console(`unshare --net sleep infinity >/dev/null 2>&1 &
until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add meta0 type veth peer name eth0 netns $!
nsenter --net=/proc/$!/ns/net sh -c 'ip address add ${to}/16 dev eth0; ip link set eth0 up'
ip address add 169.254.0.1/16 dev meta0
ip link set meta0 up
echo $! >/run/metadata`);
    try {
      await load(make());
      await expect(leaves(80, { to })).resolves.toBe(true);
      await expect(staysIn(80, { to, user: 65534 })).resolves.toBe(true);
      await expect(staysIn(8080, { to })).resolves.toBe(true);
    } finally {
      await machine().console(
        "kill $(cat /run/metadata); while ip link show meta0 >/dev/null 2>&1; do sleep 0.05; done",
      );
    }
  });
});
