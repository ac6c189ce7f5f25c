import type { FastifyInstance, FastifyRequest } from "fastify";

import {
  authorizationRequest,
  type AuthorizationRequest,
  RefusedHere,
  RefusedThere,
  redirectWith,
} from "../authorization";
import type { Authority } from "../authority";
import { browserCookie, browserOf, ConsentForms, isForeign, isLoopbackHost, newBrowser, staleForm } from "../consent";
import { accessDenied, invalidRequest, OAuthError } from "../errors";
import { issueCode, issueImplicitToken } from "../grants";
import { bodyOf, originOf, queryOf, sendPage } from "../http";
import { consentPage, offeredScopes } from "../pages";
import { type Parameters, parametersOf } from "../parameters";
import { isWithin } from "../scopes";
import { isLive } from "../tokens";

const path = "/v1/oauth/authorize";

/** The page on which the account's owner consents, and what follows. */
export function authorizeRoutes(app: FastifyInstance, authority: Authority): void {
  const forms = new ConsentForms();

  app.get(path, (request, reply) => {
    refuseForeignNames(request);
    const query = queryOf(request);
    const asked = authorizationRequest(parametersOf(query), authority.state, authority.scopes);
    if (asked.hint !== undefined && !authority.account.uuid.startsWith(asked.hint))
      throw new RefusedThere(new OAuthError("login_required", "The user has to sign in to another account."), asked);
    if (asked.silent) return reply.redirect(silentAnswer(authority, asked, originOf(request)), 302);
    const browser = browserOf(request.headers.cookie) ?? newBrowser();
    void reply.header("set-cookie", browserCookie(browser, path, request.protocol === "https"));
    const page = consentPage({
      application: asked.application.name,
      account: authority.account,
      ...(asked.scopes === undefined ? {} : { scopes: asked.scopes }),
      redirectUri: asked.redirectUri,
      action: path,
      // As one field, because browsers change line ends in a form's values.
      fields: { request: Buffer.from(query).toString("base64url"), signature: forms.sign(browser, query) },
    });
    return sendPage(reply, 200, page, new URL(asked.redirectUri).origin);
  });

  app.post(path, (request, reply) => {
    refuseForeignNames(request);
    const form = parametersOf("", bodyOf(request), "application/x-www-form-urlencoded");
    const browser = browserOf(request.headers.cookie);
    const query = Buffer.from(form.get("request") ?? "", "base64url").toString();
    const own = browser !== undefined && forms.isSigned(browser, query, form.get("signature") ?? "");
    if (!own || isForeign(request.headers, originOf(request))) return sendPage(reply, 403, staleForm);
    const asked = authorizationRequest(parametersOf(query), authority.state, authority.scopes);
    if (form.get("decision") !== "authorize") throw new RefusedThere(accessDenied(), asked);
    const granted = { scopes: chosenScopes(asked, form), teamUuid: chosenTeam(authority, form) };
    return reply.redirect(answer(authority, asked, granted, originOf(request)), 303);
  });
}

interface Granted {
  readonly scopes: readonly string[];
  readonly teamUuid: string;
}

function answer(authority: Authority, asked: AuthorizationRequest, granted: Granted, issuer: string): string {
  const { application, redirectUri, challenge } = asked;
  if (asked.responseType === "code") {
    const code = authority.change((draft, now) =>
      issueCode(draft, { application, redirectUri, challenge, ...granted }, now),
    );
    return redirectWith(asked, { code, iss: issuer });
  }
  const { access, expiresIn = 0 } = authority.change((draft, now) =>
    issueImplicitToken(draft, { application, ...granted }, now),
  );
  return redirectWith(asked, {
    access_token: access,
    token_type: "bearer",
    expires_in: String(expiresIn),
    iss: issuer,
  });
}

/** `prompt=none`: only what was consented to before, and for the team it was consented to for. */
function silentAnswer(authority: Authority, asked: AuthorizationRequest, issuer: string): string {
  const scopes = asked.scopes ?? ["read"];
  const now = authority.clock.now();
  const before = authority.state.tokens.findLast(
    (token) => token.clientId === asked.application.clientId && isLive(token, now) && isWithin(scopes, token.scopes),
  );
  if (before === undefined)
    throw new RefusedThere(new OAuthError("consent_required", "The user has to authorize the application."), asked);
  return answer(authority, asked, { scopes, teamUuid: before.teamUuid }, issuer);
}

function chosenScopes({ scopes }: AuthorizationRequest, form: Parameters): readonly string[] {
  if (scopes !== undefined) return scopes;
  const grant = form.get("grant") ?? offeredScopes[0];
  const chosen = offeredScopes.find((one) => one === grant);
  if (chosen === undefined) throw new RefusedHere(invalidRequest("The form grants what it does not offer."));
  return chosen.split(" ");
}

function chosenTeam({ account }: Authority, form: Parameters): string {
  const chosen = account.teams.find(({ uuid }) => uuid === form.get("team"));
  if (chosen === undefined) throw new RefusedHere(invalidRequest("The form names no team of the account."));
  return chosen.uuid;
}

function refuseForeignNames({ hostname }: FastifyRequest): void {
  if (!isLoopbackHost(hostname))
    throw new RefusedHere(invalidRequest("The sandbox's pages are on loopback only, not under this name."));
}
