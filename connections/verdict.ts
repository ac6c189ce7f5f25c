/** What a connection check found, one kind for each case. Nothing of it is secret. */
export type Verdict =
  | Works
  | Expired
  | Revoked
  | MissingScope
  | WrongAccount
  | WrongTeam
  | Locked
  | RateLimited
  | Blocked
  | ProviderDown
  | NetworkDown
  | ApiChanged
  | Denied
  | RegionNotEnabled
  | ClockSkew
  | NoCredentials
  | Quota
  | GuardProblem;

export type VerdictKind = Verdict["kind"];

export type Provider = "DigitalOcean" | "AWS";

export interface Works {
  readonly kind: "works";
  readonly account: CheckedAccount;
  /** Each absent when the provider does not say. */
  readonly limits: {
    /** How many the account may have. */
    readonly droplets?: number;
    readonly reservedIps?: number;
    /** AWS: VPCs in the region. */
    readonly networks?: number;
    /** AWS: vCPUs of running on-demand standard instances in the region. */
    readonly processors?: number;
    /** Requests to the API, of this hour's. */
    readonly requestsLeft?: number;
  };
  /** What the token may do, as the provider says; absent when it does not. */
  readonly scopes?: readonly string[];
  /** Of the wanted scopes, those of which nobody can tell without changing something. */
  readonly unproven?: readonly string[];
  /** AWS: quotas that nobody could look at, each with its code and the reason. */
  readonly unseen?: readonly string[];
}

export interface CheckedAccount {
  /** DigitalOcean: of the account. AWS: its number of 12 digits. */
  readonly uuid: string;
  readonly email?: string;
  readonly name?: string;
  readonly team?: { readonly uuid: string; readonly name: string };
  /** DigitalOcean: `active`, or `warning` when its owner has to do something. */
  readonly status?: string;
}

export interface Expired {
  readonly kind: "expired";
  readonly at: Date;
}

/** The provider does not take the token, and it has not expired as far as is known: revoked, or never one of its own. */
export interface Revoked {
  readonly kind: "revoked";
}

export interface MissingScope {
  readonly kind: "missing-scope";
  readonly missing: readonly string[];
}

export interface WrongAccount {
  readonly kind: "wrong-account";
  readonly expected: string;
  readonly found: CheckedAccount;
}

export interface WrongTeam {
  readonly kind: "wrong-team";
  readonly expected: string;
  readonly found: CheckedAccount;
}

/** The provider has locked the account: nothing can be made in it. */
export interface Locked {
  readonly kind: "locked";
  readonly account: CheckedAccount;
  /** The provider's own words; empty when it has none. */
  readonly reason: string;
}

export interface RateLimited {
  readonly kind: "rate-limited";
  readonly until: Date;
}

/** Something in front of the API does not let the check through. */
export interface Blocked {
  readonly kind: "blocked";
  readonly by: string;
  readonly form: "challenge" | "block";
  /** Cloudflare's, such as 1020. */
  readonly code?: number;
  readonly rayId?: string;
}

export interface ProviderDown {
  readonly kind: "provider-down";
  readonly status?: number;
  /** What was seen, as the end of a sentence: `it answers with 503`. */
  readonly cause: string;
}

export interface NetworkDown {
  readonly kind: "network-down";
  readonly reason: "refused" | "dns" | "no-route" | "connect-timeout" | "tls" | "broken" | "no-answer";
  /** What was seen, as the end of a sentence. */
  readonly cause: string;
}

/** The answer is not as it was. */
export interface ApiChanged {
  readonly kind: "api-changed";
  readonly operation: string;
  /** `account.uuid`; empty for the answer as a whole. */
  readonly field: string;
  /** `is missing, and should be a string`. */
  readonly problem: string;
}

/** AWS: the identity is right and may not do this. */
export interface Denied {
  readonly kind: "denied";
  /** `sts:AssumeRole`. */
  readonly action: string;
}

export interface RegionNotEnabled {
  readonly kind: "region-not-enabled";
  readonly region: string;
}

/** This machine's clock is wrong by so much that signatures are refused. */
export interface ClockSkew {
  readonly kind: "clock-skew";
  /** Positive: it is ahead. */
  readonly seconds: number;
}

/** AWS: nothing to sign with was given, and the process finds nothing either. */
export interface NoCredentials {
  readonly kind: "no-credentials";
}

export interface Quota {
  readonly kind: "quota";
  /** `Elastic IP addresses in eu-central-1`. */
  readonly what: string;
  /** By which Service Quotas knows it: `L-1216C47A`. */
  readonly code: string;
  readonly limit: number;
  /** By what there is already. */
  readonly used: number;
  /** In all, what there is included. */
  readonly needed: number;
}

/** The guard between here and the API had something to say itself. */
export interface GuardProblem {
  readonly kind: "guard-problem";
  /** `TOKEN_REFUSED` */
  readonly code: string;
  /** The guard's own sentence: what it is and what to do. */
  readonly message: string;
}

export { accountInWords, sentence, type SentenceOptions } from "./sentence";
