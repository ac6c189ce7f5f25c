/** What an authorization server gives: tokens, and what they are good for. Never printed. */
export interface Grant {
  readonly accessToken: string;
  /** Good for one refresh. Absent: there is no other way to a new token than the owner's consent. */
  readonly refreshToken?: string;
  /** By this machine's clock, counted from before the request was sent. */
  readonly issued: Date;
  /** When the access token runs out; absent when the server does not say. */
  readonly expires?: Date;
  /** What was granted; absent when the server does not say, which means: what was asked for (RFC 6749, section 5.1). */
  readonly scopes?: readonly string[];
  /** Whose account it is, as far as the server says so. */
  readonly account?: GrantedAccount;
}

export interface GrantedAccount {
  readonly uuid: string;
  readonly email?: string;
  readonly name?: string;
  readonly team?: { readonly uuid: string; readonly name: string };
}
