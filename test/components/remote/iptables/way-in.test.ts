import { applyRules } from "../../../../components/remote/iptables/apply";
import { beginScript, concludeScript, parseState } from "../../../../components/remote/iptables/change";
import { type Chains, restoreText } from "../../../../components/remote/iptables/chains";
import { WayInCut } from "../../../../components/remote/iptables/errors";
import { loadsTheseRules, observe } from "../../../../components/remote/iptables/observation";
import { chainsOf } from "../../../../components/remote/iptables/render";
import { connect, withSession } from "../../../../components/remote/ssh";
import { startSshd } from "../sshd";
import { ownedTable, smallRules, useMachine } from "./machine";

const machine = useMachine();
let before: Chains;

beforeEach(async () => {
  const { endpoint, source } = machine();
  before = smallRules(source);
  await applyRules(endpoint, before, "test");
});

const look = () => withSession(machine().endpoint, {}, (session) => observe(session, before));

test("rules that cut the way in take themselves back, and the error says which one it was", async () => {
  const { endpoint, source } = machine();
  const rules = smallRules("192.0.2.7", { chain: "INPUT", source, action: "REJECT", comment: "no office" });
  const error: unknown = await applyRules(endpoint, rules, "test").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WayInCut);
  expect((error as WayInCut).message).toContain(
    "has its former firewall rules back, because the new ones cut the way in: a new SSH connection failed (port 22 refuses connections). " +
      `A connection from ${source} to port 22 meets rule 4 of ipv4 filter INPUT: ` +
      `-s ${source}/32 -m comment --comment "no office" -j REJECT --reject-with icmp-port-unreachable.`,
  );
  await expect(look()).resolves.toEqual({ rules: before, boot: loadsTheseRules });
});

test("a machine that is out of reach altogether has its former rules back within 30 s", async () => {
  const { endpoint, console: run } = machine();
  const applying = applyRules(endpoint, chainsOf({ rules: [] }), "test").catch((reason: unknown) => reason);
  const seconds = await run(`until [ "$(iptables -S INPUT)" = '-P INPUT DROP' ]; do sleep 0.1; done
start=$SECONDS
until iptables -S INPUT | grep -q 'comment SSH'; do sleep 0.1; done
echo $((SECONDS - start))`);
  expect(Number(seconds)).toBeLessThan(30);
  const error = await applying;
  expect(error).toBeInstanceOf(WayInCut);
  expect((error as WayInCut).culprit).toContain("is admitted by no rule of ipv4 filter INPUT");
  await expect(look()).resolves.toEqual({ rules: before, boot: loadsTheseRules });
}, 120_000);

test("what was there beside iptables is back as well: rules of nft and of the legacy tools", async () => {
  const { endpoint, source, console: run } = machine();
  await run(`nft add table inet guests; nft add chain inet guests in '{ type filter hook input priority 5; policy accept; }'
nft add rule inet guests in udp dport 99 counter drop
iptables-legacy -A INPUT -p udp --dport 98 -j DROP
nft insert rule ip filter INPUT ct mark 7 accept`);
  const { nft, legacy } = await look().then(({ rules }) => ({
    nft: rules["nft inet guests"],
    legacy: rules["legacy ipv4 filter INPUT"],
  }));
  await run("mkdir -p /run/deploy4me/firewall");
  const session = await connect(endpoint);
  const rules = smallRules(source, { chain: "INPUT", protocol: "udp", action: "ACCEPT" });
  await session.run(beginScript({ token: "one", rules, mode: "rules", owner: "test" }));
  expect((await run("nft list ruleset; iptables-legacy-save")).match(/guests|ct mark|--dport 98/g)).toBeNull();
  expect(parseState((await session.run(concludeScript("one", "abandon"))).stdout).word).toBe("back");
  session.close();
  const found = (await look()).rules;
  // A rule that only nft can tell is beyond iptables-restore: the last rules that were confirmed take its table's place.
  expect(found).toEqual({ ...before, "nft inet guests": nft, "legacy ipv4 filter INPUT": legacy });
});

test("rules are kept for the next boot only once a new connection got through", async () => {
  const { endpoint, source, console: run } = machine();
  const rules = smallRules(source, { chain: "INPUT", protocol: "udp", destinationPorts: [53], action: "ACCEPT" });
  const kept = () => run("cat /etc/deploy4me/rules.v4");
  const session = await connect(endpoint);
  await session.run(beginScript({ token: "one", rules, mode: "rules", owner: "test" }));
  await expect(run("iptables -S INPUT")).resolves.toContain("--dport 53");
  await expect(kept()).resolves.toBe(restoreText(before).ipv4);
  const fresh = await connect(endpoint, { fresh: true });
  expect(parseState((await fresh.run(concludeScript("one", "confirm"))).stdout).word).toBe("confirmed");
  await expect(kept()).resolves.toBe(restoreText(rules).ipv4);
  fresh.close();
  session.close();
});

test("the baseline goes when the exact rules are confirmed, not before", async () => {
  const { endpoint, source, console: run, reset } = machine();
  await reset();
  const stands = async () => (await run("nft list tables")).includes("inet deploy4me_baseline");
  const session = await connect(endpoint);
  await session.run(beginScript({ token: "one", rules: smallRules(source), mode: "rules", owner: "test" }));
  await expect(stands()).resolves.toBe(true);
  await session.run(concludeScript("one", "confirm"));
  await expect(stands()).resolves.toBe(false);
  session.close();
});

test("connections that are there survive", async () => {
  const { endpoint, source, console: run } = machine();
  const session = await connect(endpoint, { fresh: true });
  const waiting = session.run("until [ -e /run/go ]; do sleep 0.1; done; echo survived");
  await applyRules(endpoint, smallRules(source, { chain: "FORWARD", action: "REJECT" }), "test");
  await run("touch /run/go");
  await expect(waiting).resolves.toMatchObject({ stdout: "survived\n" });
  session.close();
});

test("what can't be removed is an error that says what it is", async () => {
  const release = await ownedTable(machine(), "inet guests");
  try {
    await expect(applyRules(machine().endpoint, before, "test")).rejects.toThrow(
      "accepted the firewall rules, but filters otherwise: + nft inet guests: flags owner.",
    );
  } finally {
    await release();
  }
});

test("behind a bastion, the new connection is one over both hops", async () => {
  const { endpoint, source } = machine();
  const bastion = await startSshd();
  try {
    const target = { ...endpoint, proxy: bastion.endpoint };
    await expect(applyRules(target, before, "test")).resolves.toEqual({ rules: before, boot: loadsTheseRules });
    const rules = smallRules("192.0.2.7", { chain: "INPUT", source, action: "REJECT" });
    await expect(applyRules(target, rules, "test")).rejects.toThrow(
      `${endpoint.host} (through the SSH proxy 127.0.0.1) has its former firewall rules back`,
    );
  } finally {
    await bastion.stop();
  }
});
