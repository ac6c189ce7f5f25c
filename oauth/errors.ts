import type { ApiProblemCode } from "../connections/problem";

/** The error codes of the standard (RFC 6749, sections 4.1.2.1 and 5.2), and those of DigitalOcean's `prompt=none`. */
export const oauthErrors = [
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "unsupported_response_type",
  "invalid_scope",
  "access_denied",
  "server_error",
  "temporarily_unavailable",
  "consent_required",
  "login_required",
] as const;
/** `unknown`: a refusal in words that no standard has. */
export type OAuthErrorCode = (typeof oauthErrors)[number] | "unknown";

/** What the authorization server said, and nothing more of it than may be shown. */
export interface Refusal {
  readonly error: OAuthErrorCode;
  /** `error_description`, shortened, without any secret. */
  readonly description?: string;
}

/** What was asked of the authorization server. */
export type TokenRequest = "exchange" | "refresh" | "revoke";

/** The authorization server refused a token request, and says so itself: nothing has changed there. */
export class TokenRequestRefused extends Error {
  override readonly name = "TokenRequestRefused";
  readonly code = "TOKEN_REQUEST_REFUSED";
  readonly error: OAuthErrorCode;
  readonly description: string | undefined;

  constructor(
    readonly request: TokenRequest,
    { error, description }: Refusal,
    /** Of its answer. */
    readonly status: number,
  ) {
    super(`DigitalOcean ${what[request].refused}: ${because(request, error, status)}${quoted(description)}`);
    this.error = error;
    this.description = description;
  }
}

/** Why a token request has no answer that could be used. */
export type UnansweredReason =
  | ApiProblemCode
  /** Its own answer that it is not able to, as of a server that is down for maintenance. */
  | "SERVER_ERROR"
  | "RATE_LIMITED"
  /** A success without the fields that the documentation promises. */
  | "API_CHANGED"
  | "REDIRECTED";

export interface UnansweredDetails {
  readonly reason: UnansweredReason;
  /** What happened and what to do, as a sentence. */
  readonly sentence: string;
  /**
   * `no`: the request certainly changed nothing there. `unknown`: it may have been carried out, so that a code or a refresh
   * token may be used up and tokens may exist that nobody here knows.
   */
  readonly applied: "no" | "unknown";
  readonly status?: number | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** There is no answer to a token request, or none from the authorization server, or none that can be used. */
export class TokenRequestUnanswered extends Error {
  override readonly name = "TokenRequestUnanswered";
  readonly code = "TOKEN_REQUEST_UNANSWERED";
  readonly reason: UnansweredReason;
  readonly applied: "no" | "unknown";
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    readonly request: TokenRequest,
    { reason, sentence, applied, status, retryAfter, cause }: UnansweredDetails,
  ) {
    super(`${sentence} ${applied === "no" ? "Nothing was changed." : what[request].doubt}`, { cause });
    this.reason = reason;
    this.applied = applied;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The account's owner, or the authorization server, did not let us in. */
export class AuthorizationRefused extends Error {
  override readonly name = "AuthorizationRefused";
  readonly code = "AUTHORIZATION_REFUSED";
  readonly error: OAuthErrorCode;
  readonly description: string | undefined;

  constructor({ error, description }: Refusal) {
    super(`${refusals[error] ?? `DigitalOcean refused the authorization (${error}).`}${quoted(description)}`);
    this.error = error;
    this.description = description;
  }
}

/** Why something that looks like the answer to a request for authorization is not taken for it. */
export type CallbackReason =
  /** A parameter is there twice, or one is missing that has to be there. */
  | "malformed"
  /** Nobody here asked for it, or so long ago that it is forgotten. */
  | "unknown-state"
  /** It was asked for in another browser session. */
  | "other-session"
  /** It has been answered before. */
  | "used"
  | "expired"
  /** Another authorization server than the one that was asked. */
  | "other-issuer"
  /** It came to another address than the one that was asked for. */
  | "other-redirect";

/** A request to the redirect URI that is not the answer we wait for. Nothing of it was used. */
export class CallbackRejected extends Error {
  override readonly name = "CallbackRejected";
  readonly code = "CALLBACK_REJECTED";

  constructor(readonly reason: CallbackReason) {
    super(`${callbacks[reason]} Start the connection again, and finish it in the same browser within ten minutes.`);
  }
}

/** The consent does not cover what was asked for. The tokens that came of it are revoked. */
export class ScopesMissing extends Error {
  override readonly name = "ScopesMissing";
  readonly code = "SCOPES_MISSING";

  constructor(
    readonly missing: readonly string[],
    readonly granted: readonly string[],
  ) {
    super(
      `The account's owner allowed only ${list(granted)}; what is missing is ${list(missing)}. ` +
        "Connect again, and allow all of it.",
    );
  }
}

const what: Readonly<Record<TokenRequest, { readonly refused: string; readonly doubt: string }>> = {
  exchange: {
    refused: "gave no tokens for the code",
    doubt: "The code may be used up: connect again.",
  },
  refresh: {
    refused: "did not renew the token",
    doubt: "The token may have been renewed, and the new one is not known here.",
  },
  revoke: { refused: "did not revoke the token", doubt: "The token may be revoked or not." },
};

function because(request: TokenRequest, error: OAuthErrorCode, status: number): string {
  switch (error) {
    case "invalid_grant":
      return request === "exchange"
        ? "the code is used, too old, or of another application. Connect again."
        : "it takes the refresh token no longer. Connect the account again.";
    case "invalid_client":
      return "it does not know the application, or the client secret is wrong. Compare both with the control panel.";
    case "unauthorized_client":
      return "the application may not do this. Look at its settings in the control panel.";
    case "invalid_scope":
      return "it does not know one of the scopes, or they were not consented to. Correct them.";
    default:
      return `it answered ${error} with status ${status}. It is not known what helps: report it with this sentence.`;
  }
}

const refusals: Partial<Readonly<Record<OAuthErrorCode, string>>> = {
  access_denied: "The account's owner denied the access. Nothing was connected; start again to be asked again.",
  invalid_scope: "DigitalOcean does not know one of the scopes. Correct them and start again.",
  unauthorized_client: "DigitalOcean does not let this application ask in this way. Look at its settings there.",
  server_error: "DigitalOcean could not handle the authorization. Look at status.digitalocean.com and try again.",
  temporarily_unavailable: "DigitalOcean is too busy for the authorization. Try again in some minutes.",
  consent_required: "The account's owner has to be asked, and the request did not allow it.",
  login_required: "The account's owner is not signed in, or to another account. Sign in and start again.",
};

const callbacks: Readonly<Record<CallbackReason, string>> = {
  malformed: "The answer to the authorization is malformed, and was not used.",
  "unknown-state": "An answer came to an authorization that was not asked for here, and was not used.",
  "other-session": "The authorization was asked for in another browser session, so its answer was not used.",
  used: "The authorization was answered before, so the second answer was not used.",
  expired: "The answer to the authorization came too late, and was not used.",
  "other-issuer": "Another authorization server answered than the one that was asked, so the answer was not used.",
  "other-redirect": "The answer to the authorization came to another address than asked for, and was not used.",
};

function quoted(description: string | undefined): string {
  return description === undefined ? "" : ` It says: «${description}»`;
}

function list(scopes: readonly string[]): string {
  return scopes.length === 0 ? "nothing" : scopes.join(", ");
}
