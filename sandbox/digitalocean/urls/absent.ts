import type { FastifyInstance } from "fastify";

import { absentProducts } from "../catalogue/absent";
import type { Cloud } from "../cloud";
import { notFound, unprocessable } from "../errors";
import { getVpc } from "../models/vpcs";
import { page } from "../pagination";
import { parameter } from "../request";

export function absentRoutes(app: FastifyInstance, cloud: Cloud): void {
  for (const { path, listing, name } of absentProducts) {
    app.get(path, (request) => page(request, listing, [], () => ({})));
    app.get(`${path}/:id`, () => {
      throw notFound();
    });
    app.post(path, () => {
      throw unprocessable(`The sandbox has no ${name}.`);
    });
  }

  app.get("/vpcs/:vpc/peerings", (request) => {
    getVpc(cloud.state, parameter(request, "vpc"));
    return page(request, "peerings", [], () => ({}));
  });
}
