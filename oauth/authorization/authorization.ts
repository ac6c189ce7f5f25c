import { lacking } from "../../connections/digitalocean/scopes";
import type { Application } from "../applications";
import { DigitalOceanOAuth, type OAuthClientOptions } from "../digitalocean/client";
import { refusalOf } from "../digitalocean/refusal";
import { AuthorizationRefused, CallbackRejected, ScopesMissing } from "../errors";
import type { Grant } from "../grant";
import {
  challengeOf,
  newState,
  type PendingAuthorization,
  type PendingAuthorizations,
  pendingKey,
  pendingLifetime,
  verifierFor,
} from "./pending";

export interface AuthorizationRequest {
  readonly application: Application;
  /**
   * A secret that the browser alone shares with us, such as the value of a session cookie: at least 256 random bits, because the PKCE
   * verifier is made of it.
   */
  readonly session: string;
  /** One that the application is registered with. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** Where the account's owner is sent, and until when an answer is taken. */
export interface AuthorizationLink {
  readonly url: string;
  readonly state: string;
  readonly expires: Date;
}

export interface AuthorizationCallback {
  /** Of the browser that came. */
  readonly session: string;
  /** The address that it came to, without the query. */
  readonly redirectUri: string;
  /** Its query. */
  readonly parameters: URLSearchParams;
}

/** What came of it. */
export interface Authorized {
  readonly application: Application;
  readonly grant: Grant;
  /** What was granted, as far as the server says so; otherwise what was asked for. */
  readonly scopes: readonly string[];
}

export interface AuthorizationOptions extends OAuthClientOptions {
  readonly pending: PendingAuthorizations;
  /** Those that may be asked for: an answer is exchanged by the application that asked. */
  readonly applications: readonly Application[];
}

/**
 * Asks an account's owner for access, and takes the answer: the authorization code grant with PKCE, as RFC 9700 has it. An answer
 * counts once, for ten minutes, in the browser session that asked, at the address and from the server that were asked.
 */
export class Authorization {
  private readonly now: () => Date;

  constructor(private readonly options: AuthorizationOptions) {
    this.now = options.now ?? (() => new Date());
  }

  async begin({ application, session, redirectUri, scopes }: AuthorizationRequest): Promise<AuthorizationLink> {
    requireEntropy(session);
    const state = newState();
    const expires = new Date(this.now().getTime() + pendingLifetime);
    const { clientId, issuer, issuerRequired } = application;
    const pending = { clientId, issuer, issuerRequired, redirectUri, scopes: [...scopes] };
    await this.options.pending.add(pendingKey(state, session), pending, expires);
    const codeChallenge = challengeOf(verifierFor(state, session));
    return { url: this.client(application).link({ redirectUri, state, codeChallenge, scopes }), state, expires };
  }

  /**
   * @throws CallbackRejected when it is no answer to what this session asked for; it was not used
   * @throws AuthorizationRefused when the owner or the server said no
   * @throws TokenRequestRefused or TokenRequestUnanswered of the exchange
   * @throws ScopesMissing after the tokens were revoked again
   */
  async complete(callback: AuthorizationCallback): Promise<Authorized> {
    const { session, parameters } = callback;
    const { state, code, error, description } = readCallback(parameters);
    const pending = await this.take(state, session);
    checkSender(pending, callback);
    if (error !== undefined) throw new AuthorizationRefused(refusalOf(error, description, [code ?? "", state]));
    if (code === undefined) throw new CallbackRejected("malformed");
    const application = this.options.applications.find(({ clientId }) => clientId === pending.clientId);
    if (application === undefined) throw new CallbackRejected("unknown-state");
    const { redirectUri } = pending;
    const client = this.client(application);
    const grant = await client.exchange({ code, redirectUri, codeVerifier: verifierFor(state, session) });
    const scopes = grant.scopes ?? pending.scopes;
    const missing = lacking(pending.scopes, scopes);
    if (missing.length > 0) {
      await withdraw(client, grant);
      throw new ScopesMissing(missing, scopes);
    }
    return { application, grant, scopes };
  }

  private async take(state: string, session: string): Promise<PendingAuthorization> {
    const taken = await this.options.pending.take(pendingKey(state, session), this.now());
    if ("refused" in taken) throw new CallbackRejected(taken.refused);
    return taken.pending;
  }

  private client(application: Application): DigitalOceanOAuth {
    return new DigitalOceanOAuth(application, this.options);
  }
}

/** As long as the base64url of 256 bits. */
const shortestSession = 43;

function requireEntropy(session: string): void {
  if (session.length < shortestSession)
    throw new RangeError(`a session of an authorization has at least ${shortestSession} random characters`);
}

interface Callback {
  readonly state: string;
  readonly code?: string;
  readonly error?: string;
  readonly description?: string;
}

/** @throws CallbackRejected for parameters that come twice, or a code beside an error */
function readCallback(parameters: URLSearchParams): Callback {
  const names = [...parameters.keys()];
  if (new Set(names).size < names.length) throw new CallbackRejected("malformed");
  const get = (name: string) => parameters.get(name) ?? undefined;
  const [state, code, error, description] = [get("state"), get("code"), get("error"), get("error_description")];
  if (state === undefined || state === "") throw new CallbackRejected("malformed");
  if ((code === undefined) === (error === undefined) || code === "") throw new CallbackRejected("malformed");
  return {
    state,
    ...(code === undefined ? {} : { code }),
    ...(error === undefined ? {} : { error }),
    ...(description === undefined ? {} : { description }),
  };
}

/** Against mix-up: who answers has to be who was asked (RFC 9207), and to come where it was sent (RFC 9700, section 4.4). */
function checkSender(pending: PendingAuthorization, { redirectUri, parameters }: AuthorizationCallback): void {
  const issuer = parameters.get("iss");
  if (issuer === null ? pending.issuerRequired : issuer !== pending.issuer) throw new CallbackRejected("other-issuer");
  if (redirectUri !== pending.redirectUri) throw new CallbackRejected("other-redirect");
}

/** So that nothing is left there that nobody will use. If it fails, they run out by themselves. */
async function withdraw(client: DigitalOceanOAuth, grant: Grant): Promise<void> {
  await client.revokeBoth(grant).catch(() => undefined);
}
