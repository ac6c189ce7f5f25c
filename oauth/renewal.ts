import { z } from "zod";

import type { AccessToken, ReconnectReason } from "../connections/credentials";
import { isGone, type Owner, thisProcess } from "../connections/process";
import type { Connection, CredentialsOf } from "./connection";

/**
 * How far the renewal of a connection's token is, as every process sees it. It lies beside the sealed credentials, in
 * plain: nothing of it is secret.
 */
export const renewalSchema = z.object({
  /** Raised each time that somebody takes the renewal on: who holds an older one has lost it. */
  fence: z.number().int().nonnegative(),
  /** Who is at it; absent when nobody is. */
  claim: z
    .object({
      owner: z.object({ pid: z.number(), started: z.string(), boot: z.string(), namespace: z.string() }),
      /** `claimed`: nothing was sent. `asked`: the request may have left, and the refresh token may be used up. */
      phase: z.enum(["claimed", "asked"]),
      /** By the store's clock: from then on the owner is taken for dead. */
      until: z.iso.datetime(),
    })
    .exactOptional(),
  /** A request may have left whose answer is not known: the refresh token may be used up. */
  doubt: z.boolean(),
  /** Attempts in a row that came to nothing; by the store's clock, when the next is due, and what went wrong last. */
  failures: z.number().int().nonnegative(),
  retryAt: z.iso.datetime().exactOptional(),
  problem: z.string().max(1000).exactOptional(),
  /** By the store's clock: when a token was renewed because the API had refused the one before. */
  forced: z.iso.datetime().exactOptional(),
});
export type Renewal = z.infer<typeof renewalSchema>;

export const noRenewal: Renewal = { fence: 0, doubt: false, failures: 0 };

/** When a token is renewed. */
export interface RenewalTiming {
  /** Of its life, how much before its end. Default: 0.1. */
  readonly share?: number;
  /** But not less before its end, in milliseconds. Default: 5 minutes. Never more than half its life. */
  readonly leastMs?: number;
}

/** @returns undefined when the token has no end */
export function renewalTime(
  { issued, expires }: Pick<CredentialsOf<"digitalocean-oauth">, "issued" | "expires">,
  { share = 0.1, leastMs = 5 * minute }: RenewalTiming = {},
): Date | undefined {
  if (expires === undefined) return undefined;
  const end = Date.parse(expires);
  const life = Math.max(0, end - Date.parse(issued));
  return new Date(end - Math.min(Math.max(life * share, leastMs), life / 2));
}

/** What is to be done for somebody who wants a token. */
export type Step =
  /** This one; until `until` nobody has to ask again. */
  | { readonly kind: "use"; readonly token: AccessToken; readonly until?: Date }
  | { readonly kind: "reconnect"; readonly reason: ReconnectReason }
  /** Somebody else is renewing it. */
  | { readonly kind: "wait" }
  /** Renewing it has failed lately: not before then. */
  | { readonly kind: "rest"; readonly retryAt: Date; readonly problem: string }
  /** Renew it. */
  | { readonly kind: "renew" };

export interface Seen {
  readonly connection: Connection;
  readonly credentials: CredentialsOf<"digitalocean-oauth">;
  readonly renewal: Renewal;
  /** The store's time. */
  readonly at: Date;
}

export interface Wish {
  /** The time that tokens run out by. */
  readonly now: Date;
  /** The token that the API has just refused. */
  readonly refused?: string | undefined;
  readonly timing?: RenewalTiming | undefined;
}

export function nextStep({ connection, credentials, renewal, at }: Seen, { now, refused, timing }: Wish): Step {
  if (connection.state === "reconnect") return { kind: "reconnect", reason: connection.reason ?? "refused" };
  const token = tokenOf(credentials);
  const isRefused = token.value === refused;
  const due = renewalTime(credentials, timing);
  if (!isRefused && (due === undefined || now < due))
    return { kind: "use", token, ...(due === undefined ? {} : { until: due }) };
  if (credentials.refreshToken === undefined) {
    if (!isRefused && isAlive(token, now)) return { kind: "use", token, until: token.expires ?? now };
    return { kind: "reconnect", reason: "refused" };
  }
  const { claim, retryAt, problem = "", forced } = renewal;
  if (claim !== undefined && !isAbandoned(claim, at)) return { kind: "wait" };
  if (retryAt !== undefined && at < new Date(retryAt)) return { kind: "rest", retryAt: new Date(retryAt), problem };
  const again = forced === undefined ? undefined : new Date(Date.parse(forced) + forcedPause);
  if (isRefused && again !== undefined && at < again) return { kind: "rest", retryAt: again, problem: refusedAtOnce };
  return { kind: "renew" };
}

/** So that a token that is refused as soon as it is there is not renewed in a loop. */
const forcedPause = 10_000;
const refusedAtOnce =
  "DigitalOcean refuses a token that it gave seconds ago. See whether the account is locked, or ask its support.";

/** The claim of whoever renews from now on. */
export function claimed({ renewal, at }: Pick<Seen, "renewal" | "at">, leaseMs: number): Renewal {
  const { fence, doubt, claim } = renewal;
  return {
    ...renewal,
    fence: fence + 1,
    doubt: doubt || claim?.phase === "asked",
    claim: { owner: thisProcess(), phase: "claimed", until: after(at, leaseMs) },
  };
}

/** What is written before the request leaves. */
export function asked({ renewal, at }: Pick<Seen, "renewal" | "at">, leaseMs: number): Renewal {
  const { claim, ...rest } = renewal;
  if (claim === undefined) return renewal;
  return { ...rest, claim: { ...claim, phase: "asked", until: after(at, leaseMs) } };
}

/** Who has claimed it with this fence still has it. */
export function isHeld({ fence, claim }: Renewal, held: number): boolean {
  return claim !== undefined && fence === held;
}

/** How an attempt came to nothing. */
export interface Failure {
  /** Whether the refresh token may be used up all the same. */
  readonly applied: "no" | "unknown";
  /** As a sentence, without a secret. */
  readonly problem: string;
  /** What the provider asks to wait. */
  readonly retryAfterMs?: number | undefined;
}

export function failed(
  { renewal, at }: Pick<Seen, "renewal" | "at">,
  { applied, problem, retryAfterMs = 0 }: Failure,
): Renewal {
  const { fence, doubt } = renewal;
  const failures = renewal.failures + 1;
  const pause = Math.max(pauseAfter(failures, applied), retryAfterMs);
  return {
    fence,
    doubt: doubt || applied === "unknown",
    failures,
    retryAt: after(at, pause),
    problem: problem.slice(0, 1000),
    ...(renewal.forced === undefined ? {} : { forced: renewal.forced }),
  };
}

/** Milliseconds. The first lost answer leaves a doubt that the next who comes has to settle; otherwise the provider is given time. */
function pauseAfter(failures: number, applied: Failure["applied"]): number {
  if (failures === 1 && applied === "unknown") return 0;
  return Math.min(5 * second * 2 ** Math.min(failures - 1, 10), 5 * minute);
}

export function tokenOf({ accessToken, expires }: CredentialsOf<"digitalocean-oauth">): AccessToken {
  return { value: accessToken, ...(expires === undefined ? {} : { expires: new Date(expires) }) };
}

export function isAlive({ expires }: AccessToken, now: Date): boolean {
  return expires === undefined || now < expires;
}

function isAbandoned({ owner, until }: NonNullable<Renewal["claim"]>, at: Date): boolean {
  return at >= new Date(until) || isKnownToBeGone(owner);
}

/** Of a process on another machine nothing can be seen. */
function isKnownToBeGone(owner: Owner): boolean {
  return owner.boot !== "" && owner.boot === thisProcess().boot && isGone(owner);
}

function after(time: Date, ms: number): string {
  return new Date(time.getTime() + ms).toISOString();
}

const second = 1000;
const minute = 60 * second;
