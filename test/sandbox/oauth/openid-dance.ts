import { text } from "node:stream/consumers";

import * as openid from "openid-client";

import { Browser } from "./browser";

/** What openid-client is to do. */
export interface Dance {
  readonly origin: string;
  readonly id: string;
  /** Absent: the client is a public one. */
  readonly secret?: string;
  readonly authentication: "body" | "header" | "none";
  readonly redirectUri: string;
  readonly scope: string;
  readonly decision: "authorize" | "deny";
  /** What is done with the tokens, in turn. `again`: the code is exchanged a second time. */
  readonly steps: readonly ("refresh" | "refresh again" | "revoke" | "code again")[];
}

/** What came of each step, the exchange of the code first. */
export interface Outcome {
  readonly access?: string;
  readonly scope?: string | undefined;
  readonly expiresIn?: number | undefined;
  readonly error?: string;
  readonly status?: number;
}

/**
 * Plays a client through openid-client, in a process of its own: it comes as ES modules alone, which Jest does not load.
 * Reads a {@link Dance} on standard input, and writes its {@link Outcome}s on standard output.
 */
async function main(): Promise<void> {
  const dance = JSON.parse(await text(process.stdin)) as Dance;
  process.stdout.write(JSON.stringify(await perform(dance)));
}

async function perform({
  origin,
  id,
  redirectUri,
  scope,
  decision,
  steps,
  ...how
}: Dance): Promise<readonly Outcome[]> {
  const config = await openid.discovery(new URL(origin), id, undefined, authenticationOf(how), {
    algorithm: "oauth2",
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that nobody does it beyond loopback
    execute: [openid.allowInsecureRequests],
  });
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const expectedState = openid.randomState();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
  });
  const browser = new Browser();
  const { location } = await browser.submit(await browser.open(url.href), decision);
  const exchange = () => openid.authorizationCodeGrant(config, new URL(location), { pkceCodeVerifier, expectedState });

  let tokens: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers;
  let used = "";
  const outcomes = [await outcomeOf(async () => (tokens = await exchange()))];
  for (const step of steps) {
    outcomes.push(
      await outcomeOf(async () => {
        if (step === "code again") return exchange();
        if (step === "refresh again") return openid.refreshTokenGrant(config, used);
        if (step === "revoke") {
          await openid.tokenRevocation(config, tokens.access_token);
          return undefined;
        }
        used = tokens.refresh_token ?? "";
        return (tokens = await openid.refreshTokenGrant(config, used));
      }),
    );
  }
  return outcomes;
}

async function outcomeOf(
  act: () => Promise<(openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers) | undefined>,
): Promise<Outcome> {
  try {
    const tokens = await act();
    if (tokens === undefined) return {};
    return { access: tokens.access_token, scope: tokens.scope, expiresIn: tokens.expiresIn() };
  } catch (error) {
    if (error instanceof openid.AuthorizationResponseError) return { error: error.error };
    if (error instanceof openid.ResponseBodyError) return { error: error.error, status: error.status };
    if (error instanceof openid.WWWAuthenticateChallengeError)
      return { error: error.cause[0]?.scheme ?? "", status: error.status };
    throw error;
  }
}

function authenticationOf({ authentication, secret }: Pick<Dance, "authentication" | "secret">): openid.ClientAuth {
  if (authentication === "none") return openid.None();
  return authentication === "body" ? openid.ClientSecretPost(secret) : openid.ClientSecretBasic(secret);
}

void main();
