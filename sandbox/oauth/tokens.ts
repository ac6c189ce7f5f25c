import { hashOf, newId, newSecret } from "./secrets";
import type { OAuthState, Token } from "./state";

const second = 1000;

/** 30 days, in seconds: an access token of a client with a secret. */
export const confidentialLifetime = 2_592_000;
/** One hour, in seconds: an access token of a public client. */
export const publicLifetime = 3600;

/** A token as it is handed over, once. */
export interface IssuedToken {
  readonly token: Token;
  readonly access: string;
  readonly refresh?: string;
  /** Seconds; absent: it does not run out. */
  readonly expiresIn?: number;
}

export interface NewToken extends Pick<Token, "name" | "kind" | "own" | "clientId" | "family" | "scopes" | "teamUuid"> {
  /** Seconds; absent: for ever. */
  readonly lifetime?: number | undefined;
  readonly refreshable: boolean;
}

/** Makes a token. */
export function issueToken(
  draft: OAuthState,
  { lifetime, refreshable, ...about }: NewToken,
  now: Date,
  access = newSecret(about.kind === "personal" ? "dop_v1_" : "doo_v1_"),
): IssuedToken {
  const refresh = refreshable ? newSecret("dor_v1_") : undefined;
  const token: Token = {
    id: newId(),
    ...about,
    accessHash: hashOf(access),
    ...(refresh === undefined ? {} : { refreshHash: hashOf(refresh) }),
    createdAt: now.toISOString(),
    ...(lifetime === undefined ? {} : { expiresAt: new Date(now.getTime() + lifetime * second).toISOString() }),
  };
  draft.tokens.push(token);
  return {
    token,
    access,
    ...(refresh === undefined ? {} : { refresh }),
    ...(lifetime === undefined ? {} : { expiresIn: lifetime }),
  };
}

export function isLive({ revokedAt, expiresAt }: Token, now: Date): boolean {
  return revokedAt === undefined && (expiresAt === undefined || new Date(expiresAt) > now);
}

/** Seconds; undefined when it does not run out. */
export function secondsLeft({ expiresAt }: Token, now: Date): number | undefined {
  if (expiresAt === undefined) return undefined;
  return Math.max(0, Math.floor((new Date(expiresAt).getTime() - now.getTime()) / second));
}

export function revoke(token: Token, now: Date): void {
  token.revokedAt ??= now.toISOString();
}

/** Revokes all that descends from one consent. */
export function revokeFamily(draft: OAuthState, family: string, now: Date): void {
  for (const token of draft.tokens) if (token.family === family) revoke(token, now);
}

const day = 86_400 * second;

/** Forgets what can't matter any more: codes a day after they ran out, tokens a quarter after they were revoked. */
export function forgetOldOnes(draft: OAuthState, now: Date): void {
  draft.codes = draft.codes.filter(({ expiresAt }) => now.getTime() - new Date(expiresAt).getTime() < day);
  draft.tokens = draft.tokens.filter(
    ({ revokedAt }) => revokedAt === undefined || now.getTime() - new Date(revokedAt).getTime() < 90 * day,
  );
}
