import type { FastifyInstance } from "fastify";

import type { Cloud } from "../cloud";
import { getAction, listActions } from "../models/actions";
import { page } from "../pagination";
import { numberParameter } from "../request";
import { actionBody } from "../responses/actions";

export function actionRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/actions", (request) => page(request, "actions", listActions(cloud.state), actionBody));

  app.get("/actions/:action", (request) => ({
    action: actionBody(getAction(cloud.state, numberParameter(request, "action"))),
  }));
}
