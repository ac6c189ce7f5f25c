import { z } from "zod";

import { provider } from "../../components/dynamic/ruleset-provider";
import type { FirewallRule } from "../../components/remote/iptables/rules";
import type { SshTarget } from "../../components/remote/ssh";
import { type MachineName, on } from "./fixture/machines";
import { rulesOf } from "./fixture/rules";
import { onStack, revealed, resources } from "./fixture/stack";
import { world } from "./fixture/world";

const here = world();

const endpoint = z.object({ host: z.string(), user: z.string(), privateKey: z.string(), hostKey: z.string() });
const proxySchema = z.object({ proxy: endpoint.optional() });

/** The rule that somebody adds without thinking, before all others. */
const mistake: FirewallRule = {
  chain: "INPUT",
  protocol: "tcp",
  destinationPorts: [22],
  action: "DROP",
  comment: "a mistake",
};

/**
 * The provider is asked as the engine asks it, with a ruleset that no program of ours would make: the connection it has is
 * cut at once, and no new one can be made.
 */
describe.each(["wiki", "bastion"] as const)("a ruleset that cuts the way into %s", (machine) => {
  let before: string;
  let outcome: unknown;

  beforeAll(async () => {
    before = await rulesOf(here, machine);
    outcome = await applyMistake(machine).catch((error: unknown) => error);
  });

  test("fails with the rule that did it", () => {
    expect(outcome).toMatchObject({ code: "WAY_IN_CUT" });
    expect(String(outcome)).toContain("a mistake");
  });

  test("is rolled back, and the way in is open again", async () => {
    expect(await on(here, machine, "echo in")).toBe("in\n");
    expect(await rulesOf(here, machine)).toBe(before);
  });

  test("is not what the next boot would load", async () => {
    expect(await on(here, machine, "grep -rlF 'a mistake' /etc || true")).toBe("");
  });
});

test("afterwards there is nothing to mend", async () => {
  await onStack(here, "preview", ["--refresh", "--expect-no-changes"]);
});

async function applyMistake(machine: MachineName): Promise<void> {
  const name = machine === "bastion" ? "office-gateway-firewall" : `office-${machine}-firewall`;
  const stored = (await resources(here, true)).find(({ urn }) => urn.endsWith(`:HostFirewall::${name}`));
  if (!stored?.id) throw new Error(`the state has no firewall ${name}`);
  const state = z.custom<Parameters<typeof provider.update>[1]>().parse(revealed(stored.outputs));
  const found = revealed(stored.outputs.connection);
  const { proxy } = proxySchema.parse(found);
  const connection: SshTarget = { ...endpoint.parse(found), ...(proxy && { proxy }) };
  const checked = await provider.check(state, { connection, ruleset: { rules: [mistake] } });
  await provider.update(stored.id, state, z.custom<Parameters<typeof provider.update>[2]>().parse(checked.inputs));
}
