import { invalidClient, invalidRequest, type OAuthError } from "./errors";
import { hashOf, isSecret, newSecret } from "./secrets";
import type { Application, OAuthState } from "./state";

export interface NewApplication {
  readonly name: string;
  readonly redirectUris: readonly string[];
  /** A program on the user's own machine: it has no secret and has to use PKCE. Default: false. */
  readonly public?: boolean | undefined;
  /** Default: false, because whoever sees the redirect has the token. */
  readonly implicit?: boolean | undefined;
}

/** An application with its secret, which is known this once. */
export interface Registration {
  readonly application: Application;
  readonly clientSecret?: string;
}

/**
 * Registers an application.
 * @param now RFC 3339
 * @throws OAuthError invalid_request for a redirect URI that can't be one
 */
export function addApplication(draft: OAuthState, input: NewApplication, now: string): Registration {
  if (input.name.trim() === "") throw invalidRequest("an application needs a name");
  if (input.redirectUris.length === 0) throw invalidRequest("an application needs a redirect URI");
  for (const uri of input.redirectUris) checkRedirectUri(uri);
  const clientSecret = input.public === true ? undefined : newSecret();
  const application: Application = {
    name: input.name.trim(),
    clientId: newSecret(),
    ...(clientSecret === undefined ? {} : { secretHash: hashOf(clientSecret) }),
    redirectUris: [...input.redirectUris],
    implicit: input.implicit === true,
    createdAt: now,
  };
  draft.applications.push(application);
  return { application, ...(clientSecret === undefined ? {} : { clientSecret }) };
}

export function findApplication(state: Readonly<OAuthState>, clientId: string): Application | undefined {
  return state.applications.find((application) => application.clientId === clientId);
}

export function isPublic(application: Application): boolean {
  return application.secretHash === undefined;
}

/**
 * The application that proves to be itself: by its secret, or, when it is a public one, by its id alone.
 * @throws OAuthError invalid_client, the same for an unknown client and for a wrong secret
 */
export function authenticateApplication(
  state: Readonly<OAuthState>,
  clientId: string | undefined,
  clientSecret: string | undefined,
): Application {
  const application = clientId === undefined ? undefined : findApplication(state, clientId);
  // A secret is compared for unknown clients too: how long it takes tells nobody which clients there are.
  const right = isSecret(clientSecret ?? "", application?.secretHash ?? hashOf(newSecret()));
  if (application === undefined) throw invalidClient();
  if (isPublic(application) ? clientSecret !== undefined : !right) throw invalidClient();
  return application;
}

/**
 * Whether a redirect goes where the application was registered for: the same text, to the letter. Only a public client
 * whose registered URI is on loopback and names no port may come from any port (RFC 8252, section 7.3), as DigitalOcean's
 * own `doctl` does.
 */
export function isRedirectUri(application: Application, given: string): boolean {
  if (application.redirectUris.includes(given)) return true;
  if (!isPublic(application)) return false;
  const url = parsed(given);
  if (url?.protocol !== "http:" || !isLoopback(url) || url.port === "") return false;
  return application.redirectUris.some((registered) => given === withPort(registered, url.port));
}

/** @returns undefined when there is a port already, or it is not on loopback */
function withPort(registered: string, port: string): string | undefined {
  const url = parsed(registered);
  if (url?.port !== "" || !isLoopback(url)) return undefined;
  const origin = `${url.protocol}//${url.hostname}`;
  return registered.startsWith(origin) ? `${origin}:${port}${registered.slice(origin.length)}` : undefined;
}

function checkRedirectUri(uri: string): void {
  const problem = problemWith(uri);
  if (problem !== undefined) throw refused(uri, problem);
}

function problemWith(uri: string): string | undefined {
  const url = parsed(uri);
  if (url === undefined) return "is not an absolute URI";
  if (/[^\x21-\x7e]/.test(uri)) return "has characters that no URI has";
  if (uri.includes("#")) return "has a fragment";
  if (url.username !== "" || url.password !== "") return "has a user";
  if (url.protocol === "https:") return undefined;
  if (url.protocol === "http:" && isLoopback(url)) return undefined;
  return "is neither https nor on loopback";
}

function isLoopback({ hostname }: URL): boolean {
  return /^(127\.0\.0\.1|\[::1\]|localhost|.+\.localhost)$/.test(hostname);
}

function parsed(uri: string): URL | undefined {
  return URL.canParse(uri) ? new URL(uri) : undefined;
}

function refused(uri: string, why: string): OAuthError {
  return invalidRequest(`the redirect URI ${JSON.stringify(uri)} ${why}`);
}
