import { randomUUID, timingSafeEqual } from "node:crypto";

import Fastify, { type FastifyError, type FastifyInstance } from "fastify";

import type { Cloud } from "./cloud";
import { ApiError, notFound, unauthorized } from "./errors";
import { accountRoutes } from "./urls/account";
import { actionRoutes } from "./urls/actions";
import { catalogueRoutes } from "./urls/catalogue";
import { domainRoutes } from "./urls/domains";
import { dropletRoutes } from "./urls/droplets";
import { firewallRoutes } from "./urls/firewalls";
import { projectRoutes } from "./urls/projects";
import { reservedIpRoutes } from "./urls/reserved-ips";
import { sshKeyRoutes } from "./urls/ssh-keys";
import { tagRoutes } from "./urls/tags";
import { vpcRoutes } from "./urls/vpcs";

export interface ApiOptions {
  readonly cloud: Cloud;
  /** The one bearer token that is let in. */
  readonly token: string;
  readonly log: (line: string) => void;
}

/** Requests an hour, as the original allows; here they are only counted. */
const hourlyLimit = 5000;
const hour = 3_600_000;

/** DigitalOcean's API v2, for the resources the components use. */
export function buildApi({ cloud, token, log }: ApiOptions): FastifyInstance {
  const app = Fastify({ bodyLimit: 1024 * 1024, genReqId: () => randomUUID(), forceCloseConnections: true });
  acceptEmptyBodies(app);
  countRequests(app);
  app.addHook("onRequest", (request, _reply, next) => {
    next(isAuthorized(request.headers.authorization, token) ? undefined : unauthorized());
  });
  app.setNotFoundHandler(() => {
    throw notFound();
  });
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const answer = asApiError(error);
    if (answer.status >= 500) log(`${request.method} ${request.routeOptions.url ?? ""}: ${error.message}`);
    const { id, message } = answer;
    return reply.status(answer.status).send({ id, message, request_id: request.id });
  });
  void app.register(
    (routes, _options, done) => {
      for (const add of resources) add(routes, cloud);
      done();
    },
    { prefix: "/v2" },
  );
  return app;
}

const resources = [
  accountRoutes,
  actionRoutes,
  catalogueRoutes,
  domainRoutes,
  dropletRoutes,
  firewallRoutes,
  projectRoutes,
  reservedIpRoutes,
  sshKeyRoutes,
  tagRoutes,
  vpcRoutes,
];

/** Clients send a content type with requests that have no body, and a body with DELETE. */
function acceptEmptyBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    const text = body.toString();
    if (text.trim() === "") {
      done(null, undefined);
      return;
    }
    try {
      done(null, JSON.parse(text));
    } catch {
      done(new ApiError(400, "bad_request", "The request body is not valid JSON."));
    }
  });
}

function countRequests(app: FastifyInstance): void {
  let windowEnd = 0;
  let used = 0;
  app.addHook("onRequest", (request, reply, next) => {
    const now = Date.now();
    if (now >= windowEnd) {
      windowEnd = now + hour;
      used = 0;
    }
    used++;
    void reply.headers({
      "ratelimit-limit": String(hourlyLimit),
      "ratelimit-remaining": String(Math.max(0, hourlyLimit - used)),
      "ratelimit-reset": String(Math.ceil(windowEnd / 1000)),
      "x-request-id": request.id,
    });
    next();
  });
}

function isAuthorized(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function asApiError(error: FastifyError | ApiError): ApiError {
  if (error instanceof ApiError) return error;
  const status = error.statusCode ?? 500;
  if (status < 500) return new ApiError(status, "bad_request", error.message);
  return new ApiError(500, "server_error", "Unexpected server-side error");
}
