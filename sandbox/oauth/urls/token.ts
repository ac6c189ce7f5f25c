import type { FastifyInstance, FastifyRequest } from "fastify";

import { authenticateApplication, findApplication } from "../applications";
import type { Authority } from "../authority";
import { invalidClient, invalidRequest, OAuthError } from "../errors";
import { type Exchange, exchangeCode, refreshToken } from "../grants";
import { bodyOf, queryOf } from "../http";
import { basicCredentials, bearerOf, type Parameters, parametersOf, refuseRepeated } from "../parameters";
import { hashOf } from "../secrets";
import type { Account, Application, Token } from "../state";
import { type IssuedToken, secondsLeft } from "../tokens";

/**
 * Getting, refreshing, revoking and describing tokens. Parameters may come in a form, as JSON or in the query, which is
 * how DigitalOcean's own examples send them.
 */
export function tokenRoutes(app: FastifyInstance, authority: Authority): void {
  app.post("/v1/oauth/token", (request) => {
    const parameters = parametersIn(request);
    const client = credentials(request, parameters);
    switch (parameters.require("grant_type")) {
      case "authorization_code":
        return granted(authority, exchange(authority, parameters, client));
      case "refresh_token":
        return granted(authority, refresh(authority, parameters, client));
      default:
        throw new OAuthError(
          "unsupported_grant_type",
          "The authorization grant type is not supported by the authorization server.",
        );
    }
  });

  app.post("/v1/oauth/refresh", (request) => {
    const parameters = parametersIn(request);
    if (parameters.require("grant_type") !== "refresh_token")
      throw new OAuthError("unsupported_grant_type", "The grant type has to be refresh_token.");
    return granted(authority, refresh(authority, parameters, credentials(request, parameters)));
  });

  app.post("/v1/oauth/revoke", (request, reply) => {
    const parameters = parametersIn(request);
    const bearer = bearerOf(request.headers.authorization);
    const given = parameters.require("token");
    const token = findAny(authority, given);
    if (bearer === undefined) {
      const { id, secret } = credentials(request, parameters);
      const application = authenticateApplication(authority.state, id, secret);
      if (token !== undefined) refuseOthers(token.clientId === application.clientId);
    } else {
      const holder = bearer === given ? token : authority.findToken(bearer);
      if (holder === undefined || holder.revokedAt !== undefined) return reply.status(401).send(unknownToken(request));
      if (token !== undefined) refuseOthers(token.id === holder.id || isOfSameApplication(token, holder));
    }
    // A token that is unknown is as good as revoked (RFC 7009, section 2.2).
    if (token?.own === true) throw new OAuthError("unauthorized_client", "The sandbox's own token can't be revoked.");
    if (token !== undefined) authority.revoke(token.id);
    return {};
  });

  app.get("/v1/oauth/token/info", (request, reply) => {
    const bearer = bearerOf(request.headers.authorization);
    const token = bearer === undefined ? undefined : authority.findToken(bearer);
    if (token === undefined) return reply.status(401).send(unknownToken(request));
    return describe(token, authority);
  });
}

interface Client {
  readonly id: string | undefined;
  readonly secret: string | undefined;
}

function parametersIn(request: FastifyRequest): Parameters {
  const parameters = parametersOf(queryOf(request), bodyOf(request), request.headers["content-type"]);
  refuseRepeated(parameters);
  return parameters;
}

/** @throws OAuthError invalid_request when there are two of them (RFC 6749, section 2.3) */
function credentials({ headers }: FastifyRequest, parameters: Parameters): Client {
  const basic = basicCredentials(headers.authorization);
  const id = parameters.get("client_id");
  const secret = parameters.get("client_secret");
  if (basic === undefined) return { id, secret };
  if (secret !== undefined || (id !== undefined && id !== basic.id))
    throw invalidRequest("The request identifies its client in more than one way.");
  return basic;
}

function exchange(authority: Authority, parameters: Parameters, { id, secret }: Client): Exchange {
  const application = authenticateApplication(authority.state, id, secret);
  const given = {
    code: parameters.require("code"),
    redirectUri: parameters.require("redirect_uri"),
    verifier: parameters.get("code_verifier"),
  };
  return authority.change((draft, now) => exchangeCode(draft, application, given, now));
}

/** DigitalOcean documents no client authentication for it; credentials that come all the same have to be right. */
function refresh(authority: Authority, parameters: Parameters, client: Client): Exchange {
  const given = parameters.require("refresh_token");
  const application = optionalApplication(authority, client);
  return authority.change((draft, now) => refreshToken(draft, given, application, parameters.get("scope"), now));
}

function optionalApplication({ state }: Authority, { id, secret }: Client): Application | undefined {
  if (secret !== undefined) return authenticateApplication(state, id, secret);
  if (id === undefined) return undefined;
  const application = findApplication(state, id);
  if (application === undefined) throw invalidClient();
  return application;
}

function granted({ account }: Authority, exchanged: Exchange): object {
  if ("refused" in exchanged) throw exchanged.refused;
  return tokenAnswer(exchanged, account);
}

/** As DigitalOcean documents it; `scope` beside that, as RFC 6749 wants it where the owner may have chosen. */
function tokenAnswer(
  { token, access, refresh, expiresIn }: IssuedToken,
  { name, email, uuid, teams }: Account,
): object {
  const team = teams.find((one) => one.uuid === token.teamUuid);
  return {
    access_token: access,
    token_type: "bearer",
    expires_in: expiresIn,
    refresh_token: refresh,
    scope: scopeNames(token).join(" "),
    info: { name, email, uuid, team_uuid: token.teamUuid, team_name: team?.name ?? "" },
  };
}

/** As `doctl` reads it; the numbers are seconds. */
function describe(token: Token, { account, clock }: Authority): object {
  return {
    resource_owner_id: account.number,
    scopes: scopeNames(token),
    expires_in_seconds: secondsLeft(token, clock.now()) ?? null,
    application: { uid: token.clientId ?? null },
    created_at: Math.floor(new Date(token.createdAt).getTime() / 1000),
  };
}

function scopeNames({ scopes }: Token): readonly string[] {
  return scopes === "all" ? ["read", "write"] : scopes;
}

/** Access token or refresh token, live or not. */
function findAny({ state }: Authority, given: string): Token | undefined {
  const hash = hashOf(given);
  return state.tokens.find(({ accessHash, refreshHash }) => accessHash === hash || refreshHash === hash);
}

function isOfSameApplication(token: Token, holder: Token): boolean {
  return token.clientId !== undefined && token.clientId === holder.clientId;
}

function refuseOthers(own: boolean): void {
  if (!own) throw new OAuthError("unauthorized_client", "The token was issued to another client.");
}

function unknownToken({ id }: FastifyRequest): object {
  return { id: "unauthorized", message: "Unable to authenticate you", request_id: id };
}
