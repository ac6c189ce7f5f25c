import { applyRules, withdrawRules } from "../../../../components/remote/iptables/apply";
import { loadsTheseRules, observe } from "../../../../components/remote/iptables/observation";
import { withSession } from "../../../../components/remote/ssh";
import { smallRules, useMachine } from "./machine";

const machine = useMachine();
beforeEach(() => applyRules(machine().endpoint, smallRules(machine().source), "ours"));

test("withdrawn rules leave the machine with its baseline, at the next boot too", async () => {
  const { endpoint, console: run } = machine();
  await withdrawRules(endpoint, "ours");
  const { rules } = await withSession(endpoint, {}, (session) => observe(session, {}));
  expect(Object.keys(rules)).toEqual(["nft inet deploy4me_baseline"]);
  await expect(run("ls /etc/deploy4me")).resolves.toBe("baseline.nft\n");
});

test("rules that somebody else put in their place stay: the machine was made anew under the same address", async () => {
  const { endpoint, source } = machine();
  await withdrawRules(endpoint, "an older one");
  await expect(withSession(endpoint, {}, (session) => observe(session, smallRules(source)))).resolves.toEqual({
    rules: smallRules(source),
    boot: loadsTheseRules,
  });
});

test("without a baseline the rules stay: better than an open machine", async () => {
  const { endpoint, source, console: run } = machine();
  await run("rm /etc/deploy4me/baseline.nft");
  await withdrawRules(endpoint, "ours");
  await expect(withSession(endpoint, {}, (session) => observe(session, smallRules(source)))).resolves.toMatchObject({
    rules: smallRules(source),
  });
});
