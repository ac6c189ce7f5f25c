/** The codes of RFC 6749 (sections 4.1.2.1 and 5.2), and what DigitalOcean's `prompt=none` answers. */
export type OAuthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_response_type"
  | "invalid_scope"
  | "access_denied"
  | "consent_required"
  | "login_required";

/** A request to the authorization server that is refused as the standard says. */
export class OAuthError extends Error {
  override readonly name = "OAuthError";

  constructor(
    readonly code: OAuthErrorCode,
    /** For people: `error_description`. */
    message: string,
    readonly status = code === "invalid_client" ? 401 : 400,
  ) {
    super(message);
  }
}

// The words are DigitalOcean's, from its page on errors of the OAuth API.

export function invalidGrant(): OAuthError {
  return new OAuthError(
    "invalid_grant",
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the " +
      "authorization request, or was issued to another client.",
  );
}

export function invalidClient(): OAuthError {
  return new OAuthError(
    "invalid_client",
    "Client authentication failed due to unknown client, no client authentication included, or unsupported " +
      "authentication method.",
  );
}

export function invalidScope(): OAuthError {
  return new OAuthError("invalid_scope", "The requested scope is invalid, unknown, or malformed.");
}

export function accessDenied(): OAuthError {
  return new OAuthError("access_denied", "The resource owner or authorization server denied the request.");
}

export function invalidRequest(message: string): OAuthError {
  return new OAuthError("invalid_request", message);
}
