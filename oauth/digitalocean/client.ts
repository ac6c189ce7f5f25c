import "./quiet";

import { createRequire } from "node:module";

import type * as oauth2 from "simple-oauth2";
import type { AuthorizationCode, ModuleOptions, WreckHttpOptions } from "simple-oauth2";

import type { Application } from "../applications";
import { TokenRequestRefused } from "../errors";
import type { Grant } from "../grant";
import { type Conversation, converse, unusable } from "./conversation";
import { grantIn } from "./grant";
import { refusalIn } from "./refusal";

export interface OAuthClientOptions {
  /** For a whole request and its answer, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Default: the machine's. */
  readonly now?: () => Date;
}

/** What an authorization link says, beside who asks. */
export interface LinkParameters {
  readonly redirectUri: string;
  readonly state: string;
  /** PKCE, S256. */
  readonly codeChallenge: string;
  /** What is asked for. Without any, DigitalOcean grants `read`. */
  readonly scopes: readonly string[];
}

/** What a code is exchanged with. */
export interface CodeParameters {
  readonly code: string;
  /** The one of the link, to the letter. */
  readonly redirectUri: string;
  /** PKCE: what the challenge of the link was made of. */
  readonly codeVerifier: string;
}

/**
 * DigitalOcean's OAuth for one registered application. Nothing is sent twice from here: a code and a refresh token are good for one
 * request each, so it is the caller's to decide after {@link TokenRequestUnanswered}.
 */
export class DigitalOceanOAuth {
  private made: AuthorizationCode | undefined;
  private readonly timeoutMs: number;
  private readonly now: () => Date;

  constructor(
    readonly application: Application,
    { timeoutMs = 30_000, now = () => new Date() }: OAuthClientOptions = {},
  ) {
    this.timeoutMs = timeoutMs;
    this.now = now;
  }

  /** Made when something is asked for: most commands have a token that is still good, and loading this takes a fifth of what they load. */
  private get client(): AuthorizationCode {
    const library = createRequire(__filename)("simple-oauth2") as typeof oauth2;
    return (this.made ??= new library.AuthorizationCode(optionsFor(this.application)));
  }

  /** Where the account's owner is asked. */
  link({ redirectUri, state, codeChallenge, scopes }: LinkParameters): string {
    const parameters = {
      redirect_uri: redirectUri,
      state,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") }),
      code_challenge: codeChallenge,
      code_challenge_method: "S256",
    };
    return this.client.authorizeURL(parameters);
  }

  /**
   * Gets tokens for a code.
   * @throws TokenRequestRefused for instance `invalid_grant` for a code that is used or too old
   * @throws TokenRequestUnanswered
   */
  async exchange({ code, redirectUri, codeVerifier }: CodeParameters): Promise<Grant> {
    const parameters = { code, redirect_uri: redirectUri, code_verifier: codeVerifier };
    return this.granted(this.about("exchange", "token", [code, codeVerifier]), async (http) => {
      const { token } = await this.client.getToken(parameters, http);
      return token;
    });
  }

  /**
   * Gets a new pair of tokens. A refresh token is good for one use; using it ends the access token that came with it.
   * @throws TokenRequestRefused for instance `invalid_grant` for one that is used or revoked
   * @throws TokenRequestUnanswered with `applied`, which says whether the token may be used up
   */
  async refresh(refreshToken: string): Promise<Grant> {
    const about = this.about("refresh", this.application.refreshAt, [refreshToken]);
    return this.granted(about, async (http) => {
      const { token } = await this.client.createToken({ refresh_token: refreshToken }).refresh({}, http);
      return token;
    });
  }

  /**
   * Revokes a token; one that is unknown there is as good as revoked (RFC 7009).
   * @throws TokenRequestRefused
   * @throws TokenRequestUnanswered
   */
  async revoke(kind: "access_token" | "refresh_token", token: string): Promise<void> {
    const { isPublic } = this.application;
    // Without a secret, the token itself says who may revoke it, as DigitalOcean's `doctl` does it.
    const headers = isPublic ? { headers: { authorization: `Bearer ${token}` } } : {};
    const revoked = converse(this.about("revoke", "revoke", [token]), (http) =>
      this.client.createToken({ [kind]: token }).revoke(kind, { ...http, ...headers }),
    );
    await revoked.catch((error: unknown) => {
      // Then a token that is not taken any more is what was wanted.
      if (!(isPublic && error instanceof TokenRequestRefused && error.status === 401)) throw error;
    });
  }

  /**
   * Revokes a pair of tokens. DigitalOcean documents the revocation of access tokens alone, so a refusal of the other is no failure.
   * @throws as {@link revoke}
   */
  async revokeBoth({ accessToken, refreshToken }: Pick<Grant, "accessToken" | "refreshToken">): Promise<void> {
    await this.revoke("access_token", accessToken);
    if (refreshToken === undefined) return;
    await this.revoke("refresh_token", refreshToken).catch((error: unknown) => {
      if (!(error instanceof TokenRequestRefused)) throw error;
    });
  }

  private async granted(about: Conversation, send: (http: WreckHttpOptions) => Promise<object>): Promise<Grant> {
    const asked = this.now();
    const answer = await converse(about, send);
    if ("error" in answer) throw new TokenRequestRefused(about.request, refusalIn(answer, about.secrets), 200);
    const grant = grantIn(answer, asked);
    if (grant === undefined) throw unusable(about.request, about.url, "without the fields that its documentation has");
    return grant;
  }

  private about(request: Conversation["request"], path: string, secrets: readonly string[]): Conversation {
    const { oauthUrl } = this.application;
    const own = this.application.secret() ?? "";
    return { request, url: new URL(`${oauthUrl}/${path}`), timeoutMs: this.timeoutMs, secrets: [...secrets, own] };
  }
}

function optionsFor(application: Application): ModuleOptions {
  const { origin, pathname } = new URL(application.oauthUrl);
  const { clientId: id } = application;
  const path = (name: string) => `${pathname.replace(/\/$/, "")}/${name}`;
  const secret = application.secret();
  return {
    // A public client has no secret. The library would send an empty one; this way it sends the client id twice in one place.
    client: secret === undefined ? { id, secret: id, secretParamName: "client_id" } : { id, secret },
    auth: {
      tokenHost: origin,
      tokenPath: path("token"),
      refreshPath: path(application.refreshAt),
      revokePath: path("revoke"),
      authorizePath: path("authorize"),
    },
    // As DigitalOcean's documentation has it.
    options: { authorizationMethod: "body" },
  };
}
