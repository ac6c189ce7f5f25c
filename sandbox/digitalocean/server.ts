import { randomUUID } from "node:crypto";

import Fastify, { type FastifyInstance } from "fastify";

import { type Faults, injectFaults, sandboxWorld } from "../faults";
import { mount, type Mounted } from "../mount";
import { type Access, identifyCallers, requireAccess } from "./access";
import { readBodies } from "./bodies";
import type { Cloud } from "./cloud";
import { badRequest, notFound } from "./errors";
import { answerClientError, answerErrors, answerFrameworkError, nothingThere } from "./failures";
import { keepAnswers } from "./kept-answers";
import { originOf } from "./pagination";
import { limitRequests, RateLimiter } from "./rate-limit";
import { keepEmpty } from "./teams";
import { absentRoutes } from "./urls/absent";
import { accountRoutes } from "./urls/account";
import { actionRoutes } from "./urls/actions";
import { backupRoutes } from "./urls/backups";
import { billingRoutes } from "./urls/billing";
import { catalogueRoutes } from "./urls/catalogue";
import { destructionRoutes } from "./urls/destructions";
import { domainRoutes } from "./urls/domains";
import { dropletRoutes } from "./urls/droplets";
import { firewallRoutes } from "./urls/firewalls";
import { imageRoutes } from "./urls/images";
import { monitoringRoutes } from "./urls/monitoring";
import { neighborRoutes } from "./urls/neighbors";
import { oneClickRoutes } from "./urls/one-clicks";
import { projectRoutes } from "./urls/projects";
import { reservedIpRoutes } from "./urls/reserved-ips";
import { reservedIpv6Routes } from "./urls/reserved-ipv6s";
import { snapshotRoutes } from "./urls/snapshots";
import { sshKeyRoutes } from "./urls/ssh-keys";
import { tagRoutes } from "./urls/tags";
import { volumeRoutes } from "./urls/volumes";
import { vpcRoutes } from "./urls/vpcs";

export interface ApiOptions {
  readonly cloud: Cloud;
  /** Whose requests are let in. */
  readonly access: Access;
  /** Default: the original's limits, by the cloud's clock. */
  readonly limiter?: RateLimiter;
  /** What is made to go wrong on purpose. Default: nothing. */
  readonly faults?: Faults;
  /** Other servers under the same address, such as the one that gives tokens. Default: none. */
  readonly beside?: readonly Mounted[];
  /** Whether nothing may be made or changed, because the cloud is to stay empty. Default: no. */
  readonly empty?: boolean;
  readonly log: (line: string) => void;
}

/** A domain's name, or a tag's, is the longest part of a path. */
const longestParameter = 512;

/** DigitalOcean's API v2, for the resources the components use. */
export function buildApi(options: ApiOptions): FastifyInstance {
  const { cloud, access, limiter = new RateLimiter(cloud.clock), faults, beside = [], empty = false, log } = options;
  const app = Fastify({
    bodyLimit: 1024 * 1024,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: longestParameter },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  });
  for (const other of beside) mount(app, other);
  readBodies(app);
  answerErrors(app, log);
  app.addHook("onRequest", (request, reply, next) => {
    void reply.header("x-request-id", request.id);
    // Links lead back to where a request came to, so that has to be a place.
    next(URL.canParse(originOf(request)) ? undefined : badRequest("The Host header names no host."));
  });
  if (faults !== undefined) injectFaults(app, faults, sandboxWorld(cloud, access));
  void app.register(
    (routes, _options, done) => {
      identifyCallers(routes, access);
      limitRequests(routes, limiter);
      requireAccess(routes);
      if (empty) keepEmpty(routes);
      // Here as well, so that nobody without a token finds out what there is.
      routes.setNotFoundHandler(nothingThere);
      hideNewDroplets(routes, cloud);
      keepAnswers(routes, cloud);
      for (const add of resources) add(routes, cloud, log);
      done();
    },
    { prefix: "/v2" },
  );
  return app;
}

/** See {@link Consistency}: what is not shown yet can't be asked for, and nothing can be done to it. */
function hideNewDroplets(app: FastifyInstance, { consistency }: Cloud): void {
  app.addHook("preHandler", (request, _reply, next) => {
    const { droplet } = request.params as { readonly droplet?: string };
    next(droplet !== undefined && consistency.isHidden(Number(droplet)) ? notFound() : undefined);
  });
}

const resources = [
  absentRoutes,
  accountRoutes,
  actionRoutes,
  backupRoutes,
  billingRoutes,
  catalogueRoutes,
  destructionRoutes,
  domainRoutes,
  dropletRoutes,
  firewallRoutes,
  imageRoutes,
  monitoringRoutes,
  neighborRoutes,
  oneClickRoutes,
  projectRoutes,
  reservedIpRoutes,
  reservedIpv6Routes,
  snapshotRoutes,
  sshKeyRoutes,
  tagRoutes,
  volumeRoutes,
  vpcRoutes,
];
