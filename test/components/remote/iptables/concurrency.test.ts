import { applyRules } from "../../../../components/remote/iptables/apply";
import { beginScript, concludeScript } from "../../../../components/remote/iptables/change";
import { restoreText } from "../../../../components/remote/iptables/chains";
import { loadsTheseRules, observe } from "../../../../components/remote/iptables/observation";
import { connect, withSession } from "../../../../components/remote/ssh";
import { smallRules, useMachine } from "./machine";

const machine = useMachine();

test("a change waits until the one before it is confirmed or taken back", async () => {
  const { endpoint, source, console: run } = machine();
  const [first, second] = [smallRules(source), smallRules(source, { chain: "FORWARD", action: "REJECT" })];
  const session = await connect(endpoint);
  await session.run(beginScript({ token: "first", rules: first, mode: "rules", owner: "test" }));
  const applying = applyRules(endpoint, second, "test");
  await run("until grep -sqx flock /proc/[0-9]*/comm; do sleep 0.05; done");
  await expect(run("iptables -S FORWARD")).resolves.not.toContain("REJECT");
  await session.run(concludeScript("first", "confirm"));
  session.close();
  await expect(applying).resolves.toEqual({ rules: second, boot: loadsTheseRules });
});

test("of changes that come at once, one is whole in the end: in force and kept", async () => {
  const { endpoint, source, console: run } = machine();
  const all = [1, 2, 3].map((port) =>
    smallRules(source, { chain: "INPUT", protocol: "tcp", destinationPorts: [port], action: "ACCEPT" }),
  );
  await Promise.allSettled(all.map((rules) => applyRules(endpoint, rules, "test")));
  const kept = await run("cat /etc/deploy4me/rules.v4");
  const winner = all.find((rules) => restoreText(rules).ipv4 === kept);
  expect(winner).toBeDefined();
  await expect(withSession(endpoint, {}, (session) => observe(session, winner ?? {}))).resolves.toEqual({
    rules: winner,
    boot: loadsTheseRules,
  });
});
