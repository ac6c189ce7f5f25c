import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { images } from "../catalogue/images";
import type { Cloud } from "../cloud";
import { unprocessable } from "../errors";
import { getAction, listActions } from "../models/actions";
import {
  deleteImage,
  getImage,
  listImages,
  renameImage,
  requireSnapshotImage,
  startImageAction,
} from "../models/images";
import { page } from "../pagination";
import { bodyOf, numberParameter, parameter, query } from "../request";
import { actionBody } from "../responses/actions";
import { anyImageBody, ownImageBody } from "../responses/images";
import type { ActionTarget } from "../state";

const changed = z.object({ name: z.string().optional() });
const newAction = z.object({ type: z.string(), region: z.string().optional() });

export function imageRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/images", (request) => {
    const filter = {
      type: query(request, "type"),
      private: query(request, "private"),
      tagName: query(request, "tag_name"),
    };
    return page(request, "images", listImages(cloud.state, images, filter), anyImageBody);
  });

  app.post("/images", () => {
    throw unprocessable("The sandbox has no way out to fetch an image by: custom images can't be had here.");
  });

  app.get("/images/:image", (request) => ({
    image: anyImageBody(getImage(cloud.state, parameter(request, "image"))),
  }));

  app.put("/images/:image", async (request) => {
    const { name } = bodyOf(request, changed);
    const image = await cloud.change((draft) => renameImage(draft, parameter(request, "image"), name));
    return { image: ownImageBody(image) };
  });

  app.delete("/images/:image", async (request, reply) => {
    const id = parameter(request, "image");
    const action = await cloud.change((draft, context) => deleteImage(draft, id, context));
    await cloud.carriedOut(action);
    return reply.status(204).send();
  });

  imageActionRoutes(app, cloud);
}

function imageActionRoutes(app: FastifyInstance, cloud: Cloud): void {
  const isOn =
    (id: string) =>
    (target: ActionTarget): boolean =>
      target.kind === "image" && String(target.imageId) === id;

  app.get("/images/:image/actions", (request) => {
    const { id } = requireSnapshotImage(cloud.state, parameter(request, "image"));
    return page(request, "actions", listActions(cloud.state, isOn(id)), actionBody);
  });

  app.post("/images/:image/actions", async (request, reply) => {
    const id = parameter(request, "image");
    const input = bodyOf(request, newAction);
    const action = await cloud.change((draft, context) => startImageAction(draft, id, input, context));
    return reply.status(201).send({ action: actionBody(action) });
  });

  app.get("/images/:image/actions/:action", (request) => {
    const { id } = requireSnapshotImage(cloud.state, parameter(request, "image"));
    return { action: actionBody(getAction(cloud.state, numberParameter(request, "action"), isOn(id))) };
  });
}
