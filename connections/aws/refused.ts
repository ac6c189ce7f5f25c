import { sentence } from "../sentence";
import type { Verdict } from "../verdict";

export type Refusal = Exclude<Verdict, { readonly kind: "works" }>;

/** AWS gave no session, or could not be asked for one. */
export class AwsRefused extends Error {
  override readonly name = "AwsRefused";
  readonly code = "AWS_REFUSED";
  /** Whether it can pass by itself. */
  readonly transient: boolean;

  constructor(
    /** What was asked for: `sts:AssumeRole`. */
    readonly action: string,
    readonly verdict: Refusal,
    options?: ErrorOptions,
  ) {
    super(sentence(verdict, { provider: "AWS" }), options);
    this.transient = ["network-down", "provider-down", "rate-limited"].includes(verdict.kind);
  }
}
