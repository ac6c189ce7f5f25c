import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import { getAction, listActions } from "../models/actions";
import { projectIdOf } from "../models/projects";
import {
  assignReservedIp,
  createReservedIp,
  deleteReservedIp,
  getReservedIp,
  unassignReservedIp,
} from "../models/reserved-ips";
import { originOf, page } from "../pagination";
import { bodyOf, numberParameter, parameter } from "../request";
import { actionBody, actionLink } from "../responses/actions";
import { reservedIpBody } from "../responses/reserved-ips";
import type { ActionTarget } from "../state";

const newIp = z.object({
  region: z.string().optional(),
  droplet_id: z.number().int().optional(),
  project_id: z.string().optional(),
});
const newAction = z.discriminatedUnion("type", [
  z.object({ type: z.literal("assign"), droplet_id: z.number().int() }),
  z.object({ type: z.literal("unassign") }),
]);

export function reservedIpRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/reserved_ips", (request) =>
    page(request, "reserved_ips", cloud.state.reservedIps, (one) => reservedIpBody(cloud, one)),
  );

  app.post("/reserved_ips", async (request, reply) => {
    const input = bodyOf(request, newIp);
    const { reservedIp, action } = await cloud.change((draft, context) => createReservedIp(draft, input, context));
    const origin = originOf(request);
    const links =
      action === undefined
        ? {}
        : {
            droplets: [
              { id: input.droplet_id, rel: "droplet", href: `${origin}/v2/droplets/${input.droplet_id ?? ""}` },
            ],
            actions: [actionLink(origin, action)],
          };
    return reply.status(202).send({ reserved_ip: reservedIpBody(cloud, reservedIp), links });
  });

  app.get("/reserved_ips/:ip", (request) => ({
    reserved_ip: reservedIpBody(cloud, getReservedIp(cloud.state, parameter(request, "ip"))),
  }));

  app.delete("/reserved_ips/:ip", async (request, reply) => {
    await cloud.change((draft) => {
      deleteReservedIp(draft, parameter(request, "ip"));
    });
    return reply.status(204).send();
  });

  const isOn =
    (ip: string) =>
    (target: ActionTarget): boolean =>
      target.kind === "reserved_ip" && target.ip === ip;
  const body = (ip: string, action: Parameters<typeof actionBody>[0]): object => ({
    ...actionBody(action),
    project_id: projectIdOf(cloud.state, `do:floatingip:${ip}`),
  });

  app.get("/reserved_ips/:ip/actions", (request) => {
    const { ip } = getReservedIp(cloud.state, parameter(request, "ip"));
    return page(request, "actions", listActions(cloud.state, isOn(ip)), actionBody);
  });

  app.post("/reserved_ips/:ip/actions", async (request, reply) => {
    const ip = parameter(request, "ip");
    const input = bodyOf(request, newAction);
    const action = await cloud.change((draft, context) =>
      input.type === "assign"
        ? assignReservedIp(draft, ip, input.droplet_id, context)
        : unassignReservedIp(draft, ip, context),
    );
    return reply.status(201).send({ action: body(ip, action) });
  });

  app.get("/reserved_ips/:ip/actions/:action", (request) => {
    const { ip } = getReservedIp(cloud.state, parameter(request, "ip"));
    return { action: body(ip, getAction(cloud.state, numberParameter(request, "action"), isOn(ip))) };
  });
}
