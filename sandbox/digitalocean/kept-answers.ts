import type { FastifyInstance, FastifyRequest } from "fastify";

import type { Cloud } from "./cloud";
import type { CloudState } from "./state";

/** Listings that the state and the machines' power decide on, and nothing else. */
const listings: ReadonlySet<string> = new Set([
  "/v2/account/keys",
  "/v2/actions",
  "/v2/domains",
  "/v2/domains/:domain/records",
  "/v2/droplets",
  "/v2/firewalls",
  "/v2/images",
  "/v2/regions",
  "/v2/reserved_ips",
  "/v2/sizes",
  "/v2/tags",
  "/v2/vpcs",
]);

/** Pages of several hundred kilobytes: enough of them for whoever goes through all pages again and again. */
const most = 100;

/**
 * Keeps the answers of listings until anything changes: whoever polls them costs next to nothing. Comes after everything
 * that may refuse a request.
 */
export function keepAnswers(app: FastifyInstance, cloud: Cloud): void {
  const answers = new Map<string, Buffer>();
  const asked = new WeakMap<FastifyRequest, Version>();
  let version: Version | undefined;

  app.addHook("preHandler", (request, reply, next) => {
    // What is late comes with time, without any change.
    if (!isKept(request) || cloud.consistency.isLate) {
      next();
      return;
    }
    const now = versionOf(cloud);
    if (version === undefined || !isSame(version, now)) {
      version = now;
      answers.clear();
    }
    asked.set(request, now);
    const kept = answers.get(keyOf(request));
    if (kept === undefined) next();
    else void reply.type("application/json; charset=utf-8").send(kept);
  });

  app.addHook("onSend", (request, reply, payload, done) => {
    const then = asked.get(request);
    // What was changed meanwhile may be in the answer or not.
    if (
      then !== undefined &&
      reply.statusCode === 200 &&
      typeof payload === "string" &&
      isSame(then, versionOf(cloud))
    ) {
      if (answers.size >= most) answers.clear();
      answers.set(keyOf(request), Buffer.from(payload));
    }
    done(null, payload);
  });
}

/** The state is replaced by another one when it changes; a machine may halt by itself. */
interface Version {
  readonly state: Readonly<CloudState>;
  readonly machines: string;
}

function versionOf({ state, hosts, consistency }: Cloud): Version {
  let machines = "";
  for (const { id } of state.droplets) machines += hosts.status(id).charAt(0);
  for (const { id } of state.firewalls) machines += consistency.pendingChanges(id).length === 0 ? "" : id;
  return { state, machines };
}

function isSame(one: Version, other: Version): boolean {
  return one.state === other.state && one.machines === other.machines;
}

function isKept({ method, routeOptions }: FastifyRequest): boolean {
  return method === "GET" && listings.has(routeOptions.url ?? "");
}

/** Links lead back to where the request came to, and addresses go by the name that the client wants. */
function keyOf({ protocol, host, url, headers: { accept = "" } }: FastifyRequest): string {
  return `${protocol}://${host}${url} ${accept}`;
}
