import type * as pulumi from "@pulumi/pulumi";

import type { Ruleset } from "../remote/iptables/rules";
import type { SshTargetInput } from "../remote/ssh";
import { DynamicResource } from "./provider";

export interface HostFirewallArgs {
  readonly connection: pulumi.Input<SshTargetInput>;
  /** All that the machine lets in, out and through. Foreign rules are removed. */
  readonly ruleset: pulumi.Input<Ruleset>;
}

/**
 * The firewall of one machine: iptables, every table, IPv4 and IPv6. A change that would cut the way in takes itself back
 * within 30 s and fails with the rule that did it; what was confirmed is in force before the network at every boot.
 *
 * A preview lists the rules that come and go. A refresh reads what filters, so that rules made by hand, with whatever tool, show
 * as drift, and the next `up` mends it; a machine that can't be reached is an error. Removed by itself, the resource
 * leaves the machine with its baseline, not open.
 * @example
 * new HostFirewall("office", { connection, ruleset: { rules: [{ chain: "INPUT", inInterface: "lo", action: "ACCEPT" }] } });
 */
export class HostFirewall extends DynamicResource {
  /** What filters, chain by chain, as `iptables-save` has it: `ipv4 filter INPUT` → its lines. */
  declare readonly rules: pulumi.Output<Readonly<Record<string, string>>>;
  /** Whether a boot brings these rules back, in words. */
  declare readonly boot: pulumi.Output<string>;

  constructor(name: string, args: HostFirewallArgs, options?: pulumi.CustomResourceOptions) {
    const { connection, ruleset } = args;
    super(
      "ruleset-provider",
      "HostFirewall",
      name,
      { connection, ruleset, rules: undefined, boot: undefined, applied: undefined },
      options,
    );
  }
}
