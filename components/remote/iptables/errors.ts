import { nameOf, type Place, SshError, Unreachable } from "../errors";

/** The machine's kernel or tools refuse a rule. Nothing was changed. */
export class RulesetRejected extends SshError {
  override readonly name = "RulesetRejected";
  readonly code = "RULESET_REJECTED";

  constructor(
    place: Place,
    /** The rule as iptables has it, with its chain; or the table when no single rule is to blame. Empty when it can't be told. */
    readonly rule: string,
    /** What iptables said. */
    readonly reason: string,
  ) {
    const which = rule === "" ? "the firewall rules" : `the firewall rule «${rule}»`;
    super(place, `refuses ${which}, and keeps those it has: ${reason}. Correct the rule and deploy again.`);
  }
}

/** With the new rules the machine was out of reach, so it has its former rules back. */
export class WayInCut extends SshError {
  override readonly name = "WayInCut";
  readonly code = "WAY_IN_CUT";

  constructor(
    place: Place,
    /** Which rule or policy it was, in words. */
    readonly culprit: string,
    cause: unknown,
  ) {
    super(
      place,
      `has its former firewall rules back, because the new ones cut the way in: a new SSH connection failed${
        cause instanceof Unreachable ? ` (${cause.reason})` : ""
      }. ${culprit} ` + "Let the rules admit the connection that the deployment comes by, and deploy again.",
      { cause },
    );
  }
}

/** Whether the new rules stay is not known: the machine could not be asked. */
export class ChangeUnsettled extends SshError {
  override readonly name = "ChangeUnsettled";
  readonly code = "CHANGE_UNSETTLED";

  constructor(
    place: Place,
    /** What the machine said last, or why it said nothing. */
    readonly reason: string,
    cause?: unknown,
  ) {
    super(
      place,
      `did not finish the change of its firewall rules: ${reason}. A rule set that nobody confirmed is not kept: after half a ` +
        "minute, or a reboot, the former one is in force. Look with `pulumi refresh`, and deploy again.",
      { cause },
    );
  }
}

/** The change was confirmed, but the machine does not filter as it shall. */
export class RulesetNotInForce extends SshError {
  override readonly name = "RulesetNotInForce";
  readonly code = "RULESET_NOT_IN_FORCE";

  constructor(
    place: Place,
    /** What is there and should not be (`+`), or should be and is not (`-`). */
    readonly differences: readonly string[],
  ) {
    super(
      place,
      `accepted the firewall rules, but filters otherwise: ${differences.join("; ")}. ` +
        `Something else on ${nameOf(place)} changes its rules: find it, remove it, and deploy again.`,
    );
  }
}
