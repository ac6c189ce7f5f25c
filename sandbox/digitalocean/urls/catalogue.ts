import type { FastifyInstance } from "fastify";

import { findImage, images } from "../catalogue/images";
import { regions } from "../catalogue/regions";
import { sizes } from "../catalogue/sizes";
import { notFound } from "../errors";
import { page } from "../pagination";
import { parameter, query } from "../request";
import { imageBody, regionBody, sizeBody } from "../responses/catalogue";

/** What can be had: the same for every account. */
export function catalogueRoutes(app: FastifyInstance): void {
  app.get("/sizes", (request) => page(request, "sizes", sizes, sizeBody));

  app.get("/regions", (request) => page(request, "regions", regions, regionBody));

  app.get("/images", (request) => {
    const others = query(request, "type") === "application" || query(request, "private") === "true";
    return page(request, "images", others || query(request, "tag_name") !== undefined ? [] : images, imageBody);
  });

  app.get("/images/:image", (request) => {
    const image = findImage(parameter(request, "image"));
    if (image === undefined) throw notFound();
    return { image: imageBody(image) };
  });
}
