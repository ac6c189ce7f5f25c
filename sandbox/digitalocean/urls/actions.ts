import type { FastifyInstance, FastifyRequest } from "fastify";

import type { Cloud } from "../cloud";
import { getAction, listActions } from "../models/actions";
import { page } from "../pagination";
import { numberParameter } from "../request";
import { actionBodyFor } from "../responses/actions";

export function actionRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/actions", (request) =>
    page(request, "actions", listActions(cloud.state), actionBodyFor(nameOfAddresses(request))),
  );

  app.get("/actions/:action", (request) => ({
    action: actionBodyFor(nameOfAddresses(request))(getAction(cloud.state, numberParameter(request, "action"))),
  }));
}

/** Here, as in the original, reserved IPs go by their older name unless the client asks for the new one. */
function nameOfAddresses({ headers }: FastifyRequest): "reserved_ip" | "floating_ip" {
  const wanted = headers.accept ?? "";
  return wanted.includes("application/vnd.digitalocean.reserveip+json") ? "reserved_ip" : "floating_ip";
}
