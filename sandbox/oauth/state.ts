/** What the authorization server keeps. No token, code or client secret lies in it, only their SHA-256. */
export interface OAuthState {
  version: 1;
  applications: Application[];
  codes: AuthorizationCode[];
  tokens: Token[];
}

/** A client, registered by the account's owner. */
export interface Application {
  name: string;
  clientId: string;
  /** Absent for a public client, which can't keep one. */
  secretHash?: string;
  redirectUris: string[];
  /** Whether it may have tokens without a code (`response_type=token`). */
  implicit: boolean;
  /** RFC 3339. */
  createdAt: string;
}

/** Kept after it was used, so that a second use is noticed. */
export interface AuthorizationCode {
  hash: string;
  clientId: string;
  redirectUri: string;
  scopes: string[];
  teamUuid: string;
  /** Of PKCE, always S256. */
  challenge?: string;
  /** What descends from this code. */
  family: string;
  expiresAt: string;
  used: boolean;
}

/** An access token and the refresh token that came with it; both die together. */
export interface Token {
  /** Names it. Nothing can be done with it. */
  id: string;
  name: string;
  kind: "personal" | "oauth";
  /** The one in the sandbox's own file, which commands use: it is only replaced, never revoked. */
  own?: true;
  accessHash: string;
  refreshHash?: string;
  clientId?: string;
  /** All tokens that descend from one consent. */
  family?: string;
  scopes: "all" | string[];
  teamUuid: string;
  createdAt: string;
  /** Of the access token; a refresh token does not run out. Absent: never. */
  expiresAt?: string;
  revokedAt?: string;
}

/** Who gives consent, as the cloud knows them. */
export interface Account {
  /** The account as a number, which the token's description has. */
  readonly number: number;
  readonly uuid: string;
  readonly name: string;
  readonly email: string;
  /** A token is for one of them; the first is offered first. */
  readonly teams: readonly Team[];
}

export interface Team {
  readonly uuid: string;
  readonly name: string;
}

export function emptyOAuthState(): OAuthState {
  return { version: 1, applications: [], codes: [], tokens: [] };
}
