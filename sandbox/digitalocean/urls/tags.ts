import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import { createTag, deleteTag, getTag, tagResources, untagResources } from "../models/tags";
import { originOf, page } from "../pagination";
import { bodyOf, parameter } from "../request";
import { tagBody } from "../responses/tags";

const newTag = z.object({ name: z.string() });
const resources = z.object({ resources: z.array(z.object({ resource_id: z.string(), resource_type: z.string() })) });

export function tagRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/tags", (request) =>
    page(request, "tags", cloud.state.tags, (name) => tagBody(cloud.state, name, originOf(request))),
  );

  app.post("/tags", async (request, reply) => {
    const { name } = bodyOf(request, newTag);
    const tag = await cloud.change((draft) => createTag(draft, name));
    return reply.status(201).send({ tag: tagBody(cloud.state, tag, originOf(request)) });
  });

  app.get("/tags/:tag", (request) => ({
    tag: tagBody(cloud.state, getTag(cloud.state, parameter(request, "tag")), originOf(request)),
  }));

  app.delete("/tags/:tag", async (request, reply) => {
    await cloud.change((draft) => {
      deleteTag(draft, parameter(request, "tag"));
    });
    return reply.status(204).send();
  });

  app.post("/tags/:tag/resources", async (request, reply) => {
    const input = bodyOf(request, resources);
    await cloud.change((draft) => {
      tagResources(draft, parameter(request, "tag"), input.resources);
    });
    return reply.status(204).send();
  });

  app.delete("/tags/:tag/resources", async (request, reply) => {
    const input = bodyOf(request, resources);
    await cloud.change((draft) => {
      untagResources(draft, parameter(request, "tag"), input.resources);
    });
    return reply.status(204).send();
  });
}
