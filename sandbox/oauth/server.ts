import { randomUUID } from "node:crypto";

import Fastify, { type FastifyError, type FastifyInstance } from "fastify";

import { RefusedHere, RefusedThere, redirectWith, refusal } from "./authorization";
import type { Authority } from "./authority";
import { OAuthError } from "./errors";
import { originOf, sendPage } from "./http";
import { errorPage } from "./pages";
import { authorizeRoutes } from "./urls/authorize";
import { metadataRoutes } from "./urls/metadata";
import { tokenRoutes } from "./urls/token";

export interface OAuthServerOptions {
  readonly authority: Authority;
  /** What went wrong by no fault of the request; never a secret. */
  readonly log: (line: string) => void;
}

/** Whether a request is for the authorization server: it shares an address with the cloud's API. */
export function isForOAuth(url: string): boolean {
  return /^\/(v1\/oauth|\.well-known\/oauth-authorization-server)(\/|\?|$)/.test(url);
}

/**
 * DigitalOcean's authorization server: consent page, tokens, refresh, revocation and token info, under `/v1/oauth`.
 *
 * Nobody signs in: who reaches it on loopback is the account's owner. So nothing that it gives away without a client
 * secret is on by default (see {@link NewApplication}).
 */
export function buildOAuth({ authority, log }: OAuthServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: 64 * 1024,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook("onRequest", (request, reply, next) => {
    void reply.headers({
      "cache-control": "no-store",
      pragma: "no-cache",
      "x-content-type-options": "nosniff",
      "x-request-id": request.id,
    });
    next();
  });
  app.setNotFoundHandler(({ id }, reply) =>
    reply.status(404).send({
      id: "not_found",
      message: "The resource you were accessing could not be found.",
      request_id: id,
    }),
  );
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    if (error instanceof RefusedThere) {
      const status = request.method === "POST" ? 303 : 302;
      return reply.redirect(redirectWith(error.to, { ...refusal(error.reason), iss: originOf(request) }), status);
    }
    if (error instanceof RefusedHere) return sendPage(reply, 400, errorPage(error.message));
    if (error instanceof OAuthError) {
      if (error.status === 401) void reply.header("www-authenticate", 'Basic realm="DigitalOcean"');
      return reply.status(error.status).send(refusal(error));
    }
    const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
    if (status < 500) return reply.status(status).send({ error: "invalid_request", error_description: error.message });
    log(`${request.method} ${request.routeOptions.url ?? ""}: ${error.message}`);
    return reply.status(500).send({ error: "server_error", error_description: "Unexpected server-side error" });
  });
  for (const add of [authorizeRoutes, tokenRoutes, metadataRoutes]) add(app, authority);
  return app;
}
