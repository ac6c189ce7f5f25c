import { isPublic } from "./applications";
import { invalidGrant, invalidScope } from "./errors";
import { isWithin, parseScopes } from "./scopes";
import { hashOf, isVerifier, newId, newSecret } from "./secrets";
import type { Application, AuthorizationCode, OAuthState, Token } from "./state";
import { confidentialLifetime, type IssuedToken, issueToken, publicLifetime, revoke, revokeFamily } from "./tokens";

/** Ten minutes, in milliseconds: the longest that RFC 6749 recommends; DigitalOcean does not say. */
export const codeLifetime = 600_000;

/** What an account's owner has consented to. */
export interface Consent {
  readonly application: Application;
  readonly scopes: readonly string[];
  readonly teamUuid: string;
}

export interface CodeRequest extends Consent {
  readonly redirectUri: string;
  /** PKCE, S256. */
  readonly challenge?: string | undefined;
}

/** @returns the code, which is good for one exchange */
export function issueCode(draft: OAuthState, request: CodeRequest, now: Date): string {
  const code = newSecret();
  draft.codes.push({
    hash: hashOf(code),
    clientId: request.application.clientId,
    redirectUri: request.redirectUri,
    scopes: [...request.scopes],
    teamUuid: request.teamUuid,
    ...(request.challenge === undefined ? {} : { challenge: request.challenge }),
    family: newId(),
    expiresAt: new Date(now.getTime() + codeLifetime).toISOString(),
    used: false,
  });
  return code;
}

/** The implicit grant: a token at once, and none to refresh it with. */
export function issueImplicitToken(draft: OAuthState, consent: Consent, now: Date): IssuedToken {
  return issueToken(draft, { ...about(consent), family: newId(), refreshable: false }, now);
}

/** What refuses, and what that changes all the same: a throw would take the change back. */
export type Exchange = IssuedToken | { readonly refused: ReturnType<typeof invalidGrant> };

/**
 * A token for a code. A code that is used a second time has been seen by two: what the first got dies (RFC 6749,
 * section 4.1.2).
 */
export function exchangeCode(
  draft: OAuthState,
  application: Application,
  given: { readonly code: string; readonly redirectUri: string; readonly verifier?: string | undefined },
  now: Date,
): Exchange {
  const hash = hashOf(given.code);
  const code = draft.codes.find((one) => one.hash === hash && one.clientId === application.clientId);
  if (code === undefined) return { refused: invalidGrant() };
  if (code.used) {
    revokeFamily(draft, code.family, now);
    return { refused: invalidGrant() };
  }
  const fits = code.redirectUri === given.redirectUri && provesPkce(code, given.verifier);
  if (!fits || new Date(code.expiresAt) <= now) return { refused: invalidGrant() };
  code.used = true;
  const consent = { application, scopes: code.scopes, teamUuid: code.teamUuid };
  return issueToken(draft, { ...about(consent), family: code.family, refreshable: true }, now);
}

/**
 * A new pair of tokens for a refresh token, which is good for that once; the access token that came with it dies.
 *
 * A refresh token that comes a second time is refused. Of a public client, whose refresh tokens nothing but rotation
 * protects, it also ends everything that descends from the same consent (RFC 9700, section 4.14.2). For the others
 * DigitalOcean documents no such thing, and a client with two processes would cut itself off by it.
 * @param scope narrows what the new token may do
 */
export function refreshToken(
  draft: OAuthState,
  refresh: string,
  application: Application | undefined,
  scope: string | undefined,
  now: Date,
): Exchange {
  const hash = hashOf(refresh);
  const old = draft.tokens.find(({ refreshHash }) => refreshHash === hash);
  const owner = draft.applications.find(({ clientId }) => clientId === old?.clientId);
  if (old === undefined || owner === undefined) return { refused: invalidGrant() };
  if (application !== undefined && application.clientId !== owner.clientId) return { refused: invalidGrant() };
  if (old.revokedAt !== undefined) {
    if (isPublic(owner) && old.family !== undefined) revokeFamily(draft, old.family, now);
    return { refused: invalidGrant() };
  }
  const scopes = scope === undefined ? granted(old) : narrowed(old, scope);
  revoke(old, now);
  const consent = { application: owner, scopes, teamUuid: old.teamUuid };
  return issueToken(draft, { ...about(consent), family: old.family ?? newId(), refreshable: true }, now);
}

function narrowed(token: Token, scope: string): readonly string[] {
  const scopes = parseScopes(scope, new Set(granted(token)));
  if (!isWithin(scopes, token.scopes)) throw invalidScope();
  return scopes;
}

function granted({ scopes }: Token): readonly string[] {
  return scopes === "all" ? ["read", "write"] : scopes;
}

function about({ application, scopes, teamUuid }: Consent) {
  return {
    name: application.name,
    kind: "oauth" as const,
    clientId: application.clientId,
    scopes: [...scopes],
    teamUuid,
    lifetime: isPublic(application) ? publicLifetime : confidentialLifetime,
  };
}

/** A verifier without a challenge is refused too: somebody took the challenge away (RFC 9700, section 4.8.2). */
function provesPkce({ challenge }: AuthorizationCode, verifier: string | undefined): boolean {
  if (challenge === undefined || verifier === undefined) return challenge === verifier;
  return isVerifier(verifier, challenge);
}
