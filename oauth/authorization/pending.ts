import { createHash, createHmac, randomBytes } from "node:crypto";

import { z } from "zod";

import type { CallbackReason } from "../errors";

/** How long the account's owner may take, in milliseconds: ten minutes, as long as a code lives (RFC 6749, section 4.1.2). */
export const pendingLifetime = 600_000;

export const pendingSchema = z.object({
  /** Which application asked: by its client id. */
  clientId: z.string(),
  /** How the authorization server that was asked calls itself. */
  issuer: z.string(),
  issuerRequired: z.boolean(),
  redirectUri: z.string(),
  scopes: z.array(z.string()),
});

/** What was asked for. Nothing of it is secret: the PKCE verifier is not kept, see {@link verifierFor}. */
export type PendingAuthorization = z.infer<typeof pendingSchema>;

/** What a pending authorization is kept under: both can only be known by the browser that began it. */
export interface PendingKey {
  /** SHA-256 of the state, in hexadecimal. */
  readonly stateHash: string;
  /** SHA-256 of the session. */
  readonly sessionHash: string;
}

/** Where authorizations wait for their answers. Each is answered once, however many processes there are. */
export interface PendingAuthorizations {
  add(key: PendingKey, pending: PendingAuthorization, expires: Date): Promise<void>;
  /**
   * Hands a pending authorization out, once. A key that does not fit leaves it as it is.
   * @returns why not, otherwise
   */
  take(key: PendingKey, now: Date): Promise<Taken>;
}

export type Taken = { readonly pending: PendingAuthorization } | { readonly refused: TakeRefusal };
export type TakeRefusal = Extract<CallbackReason, "unknown-state" | "other-session" | "used" | "expired">;

/** 256 random bits, as text that needs no escaping in a link. */
export function newState(): string {
  return randomBytes(32).toString("base64url");
}

export function pendingKey(state: string, session: string): PendingKey {
  return { stateHash: hashOf("state", state), sessionHash: hashOf("session", session) };
}

/**
 * The PKCE verifier of a state. It is made of the browser's session, which the link does not tell, so that it need not be kept: who
 * reads the store, or the link, can't exchange a code. 43 characters, as RFC 7636 wants at least.
 */
export function verifierFor(state: string, session: string): string {
  return createHmac("sha256", session)
    .update(JSON.stringify(["deploy4me pkce", state]))
    .digest("base64url");
}

/** PKCE, S256 (RFC 7636, section 4.2). */
export function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

function hashOf(kind: string, secret: string): string {
  return createHash("sha256")
    .update(JSON.stringify([`deploy4me ${kind}`, secret]))
    .digest("hex");
}
