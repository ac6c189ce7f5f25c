import { findApplication, isPublic, isRedirectUri } from "./applications";
import { invalidClient, invalidRequest, invalidScope, OAuthError } from "./errors";
import type { Parameters } from "./parameters";
import { parseScopes } from "./scopes";
import type { Application, OAuthState } from "./state";

/** A request for consent that may be shown to the account's owner. */
export interface AuthorizationRequest {
  readonly application: Application;
  readonly redirectUri: string;
  readonly responseType: "code" | "token";
  /** Absent: the account's owner chooses. */
  readonly scopes?: readonly string[];
  /** Given back as it came. */
  readonly state?: string;
  /** PKCE, S256. */
  readonly challenge?: string;
  /** Nothing may be shown: the answer is what was consented to before. */
  readonly silent: boolean;
  /** The beginning of the UUID of the account that has to be signed in. */
  readonly hint?: string;
}

/** A refusal that has to be shown here, because it is not known whether the redirect leads to the application. */
export class RefusedHere extends Error {
  override readonly name = "RefusedHere";

  constructor(readonly reason: OAuthError) {
    super(reason.message);
  }
}

/** A refusal that the application gets to know. */
export class RefusedThere extends Error {
  override readonly name = "RefusedThere";

  constructor(
    readonly reason: OAuthError,
    readonly to: Pick<AuthorizationRequest, "redirectUri" | "responseType" | "state">,
  ) {
    super(reason.message);
  }
}

/**
 * Checks a request to the authorization endpoint.
 * @param known the granular scopes there are
 * @throws RefusedHere or RefusedThere
 */
export function authorizationRequest(
  parameters: Parameters,
  state: Readonly<OAuthState>,
  known: ReadonlySet<string>,
): AuthorizationRequest {
  const { application, redirectUri } = destination(parameters, state);
  const responseType = parameters.get("response_type");
  const returned = parameters.repeated.has("state") ? undefined : parameters.get("state");
  const to = {
    redirectUri,
    responseType: responseType === "token" ? ("token" as const) : ("code" as const),
    ...(returned === undefined ? {} : { state: returned }),
  };
  // DigitalOcean shows a page for this one, unlike the standard.
  const scopes = here(() => requestedScopes(parameters, known));
  try {
    checkResponseType(application, parameters);
    const challenge = requestedChallenge(application, parameters);
    const hint = parameters.get("i");
    return {
      ...to,
      application,
      ...(scopes === undefined ? {} : { scopes }),
      ...(challenge === undefined ? {} : { challenge }),
      silent: (parameters.get("prompt") ?? "").split(" ").includes("none"),
      ...(hint === undefined ? {} : { hint }),
    };
  } catch (error) {
    throw error instanceof OAuthError ? new RefusedThere(error, to) : error;
  }
}

/** The redirect that tells the application; in the fragment when it asked for a token. */
export function redirectWith(
  { redirectUri, responseType, state }: Pick<AuthorizationRequest, "redirectUri" | "responseType" | "state">,
  answer: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams({ ...answer, ...(state === undefined ? {} : { state }) }).toString();
  if (responseType === "token") return `${redirectUri}#${query}`;
  // The registered text stays as it is: a URL object would write some of it differently.
  return `${redirectUri}${redirectUri.includes("?") ? "&" : "?"}${query}`;
}

export function refusal({ code, message }: OAuthError): Readonly<Record<string, string>> {
  return { error: code, error_description: message };
}

function destination(parameters: Parameters, state: Readonly<OAuthState>) {
  return here(() => {
    for (const name of ["client_id", "redirect_uri"])
      if (parameters.repeated.has(name)) throw invalidRequest("The request has a parameter more than once.");
    const application = findApplication(state, parameters.require("client_id"));
    if (application === undefined) throw invalidClient();
    const redirectUri = parameters.require("redirect_uri");
    if (!isRedirectUri(application, redirectUri)) throw invalidRequest("The redirect uri included is not valid.");
    return { application, redirectUri };
  });
}

function here<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    throw error instanceof OAuthError ? new RefusedHere(error) : error;
  }
}

function requestedScopes(parameters: Parameters, known: ReadonlySet<string>): readonly string[] | undefined {
  if (parameters.repeated.has("scope")) throw invalidScope();
  const scope = parameters.get("scope");
  return scope === undefined ? undefined : parseScopes(scope, known);
}

function checkResponseType(application: Application, parameters: Parameters): void {
  if (parameters.repeated.size > 0) throw invalidRequest("The request has a parameter more than once.");
  const responseType = parameters.require("response_type");
  if (responseType !== "code" && responseType !== "token")
    throw new OAuthError("unsupported_response_type", "The authorization server does not support this response type.");
  if (responseType === "token" && !application.implicit)
    throw new OAuthError(
      "unauthorized_client",
      "The client is not authorized to perform this request using this method: in the sandbox an application has to " +
        "be registered for implicit authorization.",
    );
}

/** Base64url of a SHA-256. */
const challengeFormat = /^[A-Za-z0-9_-]{43}$/;

function requestedChallenge(application: Application, parameters: Parameters): string | undefined {
  const challenge = parameters.get("code_challenge");
  const method = parameters.get("code_challenge_method");
  if (challenge === undefined) {
    if (method !== undefined || (isPublic(application) && parameters.get("response_type") === "code"))
      throw invalidRequest("Code challenge is required.");
    return undefined;
  }
  // Without a method, RFC 7636 means `plain`.
  if (method !== "S256") throw invalidRequest("The code challenge method must be S256.");
  if (!challengeFormat.test(challenge)) throw invalidRequest("The code challenge is not one of S256.");
  return challenge;
}
