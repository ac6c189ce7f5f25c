import { applyRules } from "../../../../components/remote/iptables/apply";
import { type Chains, restoreText } from "../../../../components/remote/iptables/chains";
import { RulesetRejected } from "../../../../components/remote/iptables/errors";
import { loadsTheseRules, observe } from "../../../../components/remote/iptables/observation";
import { withSession } from "../../../../components/remote/ssh";
import { ownedTable, smallRules, useMachine } from "./machine";

const machine = useMachine();
let before: Chains;
let after: Chains;

beforeEach(async () => {
  const { endpoint, source } = machine();
  before = smallRules(source);
  after = smallRules(source, { chain: "INPUT", protocol: "udp", destinationPorts: [53], action: "ACCEPT" });
  await applyRules(endpoint, before, "test");
});

const look = () => withSession(machine().endpoint, {}, (session) => observe(session, before));
const kept = async () => {
  await expect(machine().console("cat /etc/deploy4me/rules.v4")).resolves.toBe(restoreText(before).ipv4);
};

async function refused(rules: Chains): Promise<RulesetRejected> {
  const error: unknown = await applyRules(machine().endpoint, rules, "test").catch((reason: unknown) => reason);
  if (!(error instanceof RulesetRejected)) throw error;
  return error;
}

test.each([
  ["ipv4 nat PREROUTING", "-p tcp -j REDIRECT --to-ports 99999", "Port `99999' not valid"],
  ["ipv6 nat OUTPUT", "-p tcp --dprt 80 -j ACCEPT", 'unknown option "--dprt"'],
  ["ipv4 mangle PREROUTING", "-m owner --uid-owner 0 -j ACCEPT", "Invalid argument"],
])("a rule that %s refuses changes nothing, in no table and no family, and is named", async (key, rule, reason) => {
  const error = await refused({ ...after, [key]: `policy ACCEPT\n${rule}\n` });
  expect(error.rule).toBe(`-A ${key.split(" ")[2]!} ${rule}`);
  expect(error.message).toContain(`refuses the firewall rule «${error.rule}», and keeps those it has: `);
  expect(error.reason).toContain(reason);
  await expect(look()).resolves.toEqual({ rules: before, boot: loadsTheseRules });
  await kept();
});

test("when a table of the second family can't be changed, those changed before it are as they were", async () => {
  // The kernel keeps a table for the process that owns it: seen only when the rules are already in force in IPv4.
  const release = await ownedTable(machine(), "ip6 nat");
  try {
    const error = await refused(after);
    expect(error.rule).toBe("table nat");
    expect(error.reason).toContain("Operation not permitted");
    const { rules, boot } = await look();
    expect(rules).toEqual({ ...before, "ipv6 nat": expect.stringContaining("nft: flags owner") as string });
    expect(boot).toBe(loadsTheseRules);
    await kept();
  } finally {
    await release();
  }
});
