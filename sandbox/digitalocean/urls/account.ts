import type { FastifyInstance } from "fastify";

import type { Cloud } from "../cloud";
import { accountBody } from "../responses/account";

export function accountRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/account", () => ({ account: accountBody(cloud.state) }));
}
