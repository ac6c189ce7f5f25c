import type { FastifyInstance } from "fastify";

import { oneClicks } from "../catalogue/one-clicks";
import { unprocessable } from "../errors";
import { query } from "../request";

export function oneClickRoutes(app: FastifyInstance): void {
  // Without pages, as in the original.
  app.get("/1-clicks", (request) => {
    const type = query(request, "type");
    return { "1_clicks": oneClicks.filter((one) => type === undefined || one.type === type) };
  });

  app.post("/1-clicks/kubernetes", () => {
    throw unprocessable("The sandbox has no Kubernetes clusters to install an application on.");
  });
}
