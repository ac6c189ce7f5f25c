import { provider } from "../../../components/dynamic/ruleset-provider";
import { unknownValue } from "../../../components/dynamic/provider";
import { Unreachable } from "../../../components/remote/errors";
import { loadsTheseRules } from "../../../components/remote/iptables/observation";
import { renderRuleset } from "../../../components/remote/iptables/render";
import type { FirewallRule, Ruleset } from "../../../components/remote/iptables/rules";
import { generateKeyPair } from "../../../components/remote/ssh-keys";
import { useMachine } from "../remote/iptables/machine";

type Declared = Parameters<typeof provider.check>[1];
type Inputs = Parameters<typeof provider.create>[0];

const { publicKey: hostKey, privateKey } = generateKeyPair("x");
const connection = { host: "127.0.0.1", port: 9, user: "root", privateKey, hostKey };
const ssh: FirewallRule = { chain: "INPUT", protocol: "tcp", destinationPorts: [22], action: "ACCEPT", comment: "SSH" };
const ruleset: Ruleset = { rules: [ssh] };

/** As the engine gives it on: through JSON. */
async function checked(declared: Declared): Promise<Inputs> {
  const { inputs, failures = [] } = await provider.check({} as Inputs, declared);
  expect(failures).toEqual([]);
  return JSON.parse(JSON.stringify(inputs)) as Inputs;
}

describe("what is compared", () => {
  test("are the rules as lines, chain by chain, so that a preview reads like a change of rules", async () => {
    await expect(checked({ connection, ruleset })).resolves.toEqual({
      connection,
      boot: loadsTheseRules,
      rules: {
        "ipv4 filter INPUT": "policy DROP\n-p tcp -m tcp --dport 22 -m comment --comment SSH -j ACCEPT\n",
        "ipv4 filter FORWARD": "policy DROP\n",
        "ipv4 filter OUTPUT": "policy DROP\n",
        "ipv6 filter INPUT": "policy DROP\n-p tcp -m tcp --dport 22 -m comment --comment SSH -j ACCEPT\n",
        "ipv6 filter FORWARD": "policy DROP\n",
        "ipv6 filter OUTPUT": "policy DROP\n",
      },
    });
  });

  test("are not known while an address in them is not", async () => {
    const unknown: Ruleset = { rules: [{ ...ssh, source: unknownValue }] };
    await expect(checked({ connection, ruleset: unknown })).resolves.toMatchObject({ rules: unknownValue });
    await expect(checked({ connection, ruleset: unknownValue as unknown as Ruleset })).resolves.toMatchObject({
      rules: unknownValue,
    });
  });
});

test("a rule that is wrong is refused before anything runs, by its place", async () => {
  const declared = {
    connection: { ...connection, hostKey: "" },
    ruleset: { rules: [ssh, { ...ssh, source: "office" }] },
  };
  await expect(provider.check({} as Inputs, declared)).resolves.toMatchObject({
    failures: [
      { property: "connection.hostKey" },
      {
        property: "ruleset.rules[1].source",
        reason:
          "ruleset.rules[1].source of the rule «SSH» has to be an address or a range without further bits, such as " +
          "192.0.2.0/24 (it is office).",
      },
    ],
  });
});

describe("there is", () => {
  const diff = async (change: Partial<Inputs>) => {
    const news = await checked({ connection, ruleset });
    return provider.diff("id", { ...news, applied: news.rules, ...change }, news);
  };

  test("nothing to do while everything is as it shall be", async () => {
    await expect(diff({})).resolves.toEqual({ changes: false });
  });

  test.each<[string, Partial<Inputs>]>([
    ["a rule was found that nobody declared", { rules: { "ipv4 filter INPUT": "policy DROP\n-j ACCEPT\n" } }],
    ["a boot would load something else", { boot: "deploy4me-firewall.service is disabled" }],
    ["the machine is reached another way", { connection: { ...connection, host: "127.0.0.2" } }],
  ])("something to do when %s", async (_, change) => {
    await expect(diff(change)).resolves.toEqual({ changes: true });
  });

  test("something to do while it is not known what shall be", async () => {
    const news = await checked({ connection, ruleset: unknownValue as unknown as Ruleset });
    await expect(provider.diff("id", { ...news, rules: {}, applied: {} }, news)).resolves.toEqual({ changes: true });
  });
});

test("a machine that can't be reached is an error, never an empty firewall", async () => {
  const inputs = await checked({ connection, ruleset });
  await expect(provider.read("id", { ...inputs, applied: inputs.rules })).rejects.toThrow(Unreachable);
}, 30_000);

describe("on a machine", () => {
  const machine = useMachine();
  const declare = (...more: readonly FirewallRule[]): Declared => ({
    connection: machine().endpoint,
    ruleset: {
      rules: [
        { chain: "INPUT", state: ["ESTABLISHED"], action: "ACCEPT" },
        { chain: "OUTPUT", state: ["ESTABLISHED"], action: "ACCEPT" },
        { ...ssh, source: machine().source },
        ...more,
      ],
    },
  });

  test("a firewall lives from its creation to its removal", async () => {
    const { console: run } = machine();
    const first = await checked(declare());
    const { id, outs: made } = await provider.create(first);
    expect(made).toEqual({ ...first, applied: first.rules });
    if (!made) throw new Error("nothing was made");

    await run("iptables -I INPUT -p udp --dport 99 -j ACCEPT");
    const found = await provider.read(id, made);
    const drifted = found.props as typeof made;
    expect(drifted.rules["ipv4 filter INPUT"]).toContain("-p udp -m udp --dport 99 -j ACCEPT\n");
    // Without inputs the engine would not show it, and without the applied rules the next reading had nothing to go by.
    expect(found.inputs).toEqual({ ...first, rules: drifted.rules });
    expect(drifted.applied).toEqual(first.rules);
    await expect(provider.diff(id, drifted, first)).resolves.toEqual({ changes: true });

    const declared = declare({ chain: "INPUT", protocol: "tcp", destinationPorts: [80], action: "ACCEPT" });
    const second = await checked(declared);
    const { outs: changed } = await provider.update(id, drifted, second);
    expect(changed).toEqual({ ...second, applied: second.rules });
    await expect(run("cat /etc/deploy4me/rules.v4")).resolves.toBe(renderRuleset(declared.ruleset).ipv4);

    await provider.delete(id, { ...second, applied: second.rules });
    const left = await run("nft list tables; iptables -S INPUT");
    expect(left).toContain("table inet deploy4me_baseline\n");
    expect(left).toContain("-P INPUT ACCEPT\n");
  });
});
