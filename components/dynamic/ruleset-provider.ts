import { randomBytes } from "node:crypto";

import type { dynamic } from "@pulumi/pulumi";

import { applyRules, withdrawRules } from "../remote/iptables/apply";
import type { Chains } from "../remote/iptables/chains";
import { loadsTheseRules, type Observation, observe } from "../remote/iptables/observation";
import { chainsOf } from "../remote/iptables/render";
import type { Ruleset } from "../remote/iptables/rules";
import { rulesetProblems } from "../remote/iptables/validation";
import { type SshTarget, withSession } from "../remote/ssh";
import { connectionFailures, patience } from "./connection";
import { hasUnknown, type Provider, same, unknownValue } from "./provider";

/** What the program says. */
interface Declared {
  readonly connection: SshTarget;
  readonly ruleset: Ruleset;
}

/** What the engine compares: the rules as they are, or shall be, in force. Its diff of these is what people read. */
interface FirewallInputs {
  readonly connection: SshTarget;
  readonly rules: Chains;
  readonly boot: string;
}

/** In a preview, an address in the rules may not be known yet. */
type Checked = Omit<FirewallInputs, "rules"> & { readonly rules: Chains | typeof unknownValue };

interface FirewallState extends FirewallInputs {
  /** The rules as they were last put in force, whatever became of them since. */
  readonly applied: Chains;
}

export const provider: Omit<Provider<FirewallInputs, FirewallState>, "check"> & {
  check(olds: FirewallInputs, news: Declared): Promise<dynamic.CheckResult<Checked>>;
} = {
  check: (_olds, news) => Promise.resolve(check(news)),

  diff: (_id, { connection, rules, boot }, news) =>
    Promise.resolve({ changes: hasUnknown(news) || !same({ connection, rules, boot }, inputsOf(news)) }),

  create: async (inputs) => {
    const id = `firewall-${randomBytes(8).toString("hex")}`;
    return { id, outs: await apply(id, inputs) };
  },

  read: async (id, state) => {
    const { connection, applied } = state;
    const found = await withSession(connection, { waitMs: 10_000 }, (session) => observe(session, applied));
    const props: FirewallState = { connection, applied, ...found };
    return { id, props, inputs: inputsOf(props) };
  },

  update: async (id, _state, news) => ({ outs: await apply(id, news) }),

  delete: (id, { connection }) => withdrawRules(connection, id, { connect: { waitMs: 60_000 }, progress }),
};

/** Rules are compared as lines: the program's rules become the lines that the kernel will say back. */
function check({ connection, ruleset }: Declared): dynamic.CheckResult<Checked> {
  const unknown = hasUnknown(ruleset);
  const problems = unknown ? [] : rulesetProblems(ruleset);
  const failures = [
    ...connectionFailures(connection),
    ...problems.map(({ argument, reason }) => ({ property: `ruleset.${argument}`, reason: `ruleset.${reason}` })),
  ];
  const rules = unknown || problems.length > 0 ? unknownValue : chainsOf(ruleset);
  return { inputs: { connection, rules, boot: loadsTheseRules }, failures };
}

async function apply(id: string, { connection, rules }: FirewallInputs): Promise<FirewallState> {
  const found: Observation = await applyRules(connection, rules, id, { connect: patience, progress });
  return { connection, applied: rules, ...found };
}

function inputsOf({ connection, rules, boot }: FirewallInputs): FirewallInputs {
  return { connection, rules, boot };
}

/** What a provider writes, the engine shows. */
function progress(line: string): void {
  process.stdout.write(`${line}\n`);
}
