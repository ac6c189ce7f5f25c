import type { FastifyInstance } from "fastify";

import { regions } from "../catalogue/regions";
import { sizes } from "../catalogue/sizes";
import { page } from "../pagination";
import { regionBody, sizeBody } from "../responses/catalogue";

/** What can be had: the same for every account. */
export function catalogueRoutes(app: FastifyInstance): void {
  app.get("/sizes", (request) => page(request, "sizes", sizes, sizeBody));

  app.get("/regions", (request) => page(request, "regions", regions, regionBody));
}
