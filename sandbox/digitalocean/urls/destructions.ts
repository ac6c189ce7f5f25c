import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import { badRequest } from "../errors";
import { associatedWith, destroyWith, getDestruction, retryDestruction } from "../models/destructions";
import { requireDroplet } from "../models/droplets";
import { bodyOf, numberParameter } from "../request";
import { associatedBody, destructionBody } from "../responses/destructions";

const ids = z.array(z.string()).nullish();
const selection = z.object({
  floating_ips: ids,
  reserved_ips: ids,
  snapshots: ids,
  volumes: ids,
  volume_snapshots: ids,
});

/** A droplet's end together with what it would leave behind. */
export function destructionRoutes(app: FastifyInstance, cloud: Cloud): void {
  const path = "/droplets/:droplet/destroy_with_associated_resources";

  app.get(path, (request) =>
    associatedBody(associatedWith(cloud.state, requireDroplet(cloud.state, numberParameter(request, "droplet")))),
  );

  app.delete(`${path}/selective`, async (request, reply) => {
    const id = numberParameter(request, "droplet");
    const chosen = bodyOf(request, selection);
    const choice = {
      reserved_ip: [...new Set([...(chosen.reserved_ips ?? []), ...(chosen.floating_ips ?? [])])],
      snapshot: chosen.snapshots ?? [],
      volume: chosen.volumes ?? [],
      volume_snapshot: chosen.volume_snapshots ?? [],
    };
    await cloud.change((draft, context) => destroyWith(draft, id, context, choice));
    return reply.status(202).send();
  });

  app.delete(`${path}/dangerous`, async (request, reply) => {
    const id = numberParameter(request, "droplet");
    if (request.headers["x-dangerous"] !== "true")
      throw badRequest("The header X-Dangerous has to be true: this can't be taken back.");
    await cloud.change((draft, context) => destroyWith(draft, id, context));
    return reply.status(202).send();
  });

  app.get(`${path}/status`, (request) =>
    destructionBody(getDestruction(cloud.state, numberParameter(request, "droplet"))),
  );

  app.post(`${path}/retry`, async (request, reply) => {
    const id = numberParameter(request, "droplet");
    await cloud.change((draft, context) => retryDestruction(draft, id, context));
    return reply.status(202).send();
  });
}
