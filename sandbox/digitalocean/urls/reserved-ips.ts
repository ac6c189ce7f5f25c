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
import { actionBodyFor, actionLink } from "../responses/actions";
import { reservedIpBody } from "../responses/reserved-ips";
import type { Action, ActionTarget } from "../state";

const newIp = z.object({
  region: z.string().optional(),
  droplet_id: z.number().int().optional(),
  project_id: z.string().optional(),
});
const newAction = z.discriminatedUnion("type", [
  z.object({ type: z.literal("assign"), droplet_id: z.number().int() }),
  z.object({ type: z.literal("unassign") }),
]);

/** The same addresses have two names: since June 2022 they are called reserved IPs, and the older one still works. */
export function reservedIpRoutes(app: FastifyInstance, cloud: Cloud): void {
  for (const name of ["reserved_ip", "floating_ip"] as const) {
    addressRoutes(app, cloud, name);
    addressActionRoutes(app, cloud, name);
  }
}

type Name = "reserved_ip" | "floating_ip";

function addressRoutes(app: FastifyInstance, cloud: Cloud, name: Name): void {
  const collection = `${name}s`;

  app.get(`/${collection}`, (request) =>
    page(request, collection, cloud.state.reservedIps, (one) => reservedIpBody(cloud, one)),
  );

  app.post(`/${collection}`, async (request, reply) => {
    const input = bodyOf(request, newIp);
    const { reservedIp, action } = await cloud.change((draft, context) => createReservedIp(draft, input, context));
    const links = action === undefined ? {} : linksOf(originOf(request), action);
    return reply.status(202).send({ [name]: reservedIpBody(cloud, reservedIp), links });
  });

  app.get(`/${collection}/:ip`, (request) => ({
    [name]: reservedIpBody(cloud, getReservedIp(cloud.state, parameter(request, "ip"))),
  }));

  app.delete(`/${collection}/:ip`, async (request, reply) => {
    await cloud.change((draft) => {
      deleteReservedIp(draft, parameter(request, "ip"));
    });
    return reply.status(204).send();
  });
}

function addressActionRoutes(app: FastifyInstance, cloud: Cloud, name: Name): void {
  const actions = `/${name}s/:ip/actions`;
  const isOn =
    (ip: string) =>
    (target: ActionTarget): boolean =>
      target.kind === "reserved_ip" && target.ip === ip;
  const body = (ip: string, action: Action): object => ({
    ...actionBodyFor(name)(action),
    project_id: projectIdOf(cloud.state, `do:floatingip:${ip}`),
  });

  app.get(actions, (request) => {
    const { ip } = getReservedIp(cloud.state, parameter(request, "ip"));
    return page(request, "actions", listActions(cloud.state, isOn(ip)), actionBodyFor(name));
  });

  app.post(actions, async (request, reply) => {
    const ip = parameter(request, "ip");
    const input = bodyOf(request, newAction);
    const action = await cloud.change((draft, context) =>
      input.type === "assign"
        ? assignReservedIp(draft, ip, input.droplet_id, context)
        : unassignReservedIp(draft, ip, context),
    );
    return reply.status(201).send({ action: body(ip, action) });
  });

  app.get(`${actions}/:action`, (request) => {
    const { ip } = getReservedIp(cloud.state, parameter(request, "ip"));
    return { action: body(ip, getAction(cloud.state, numberParameter(request, "action"), isOn(ip))) };
  });
}

function linksOf(origin: string, action: Action): object {
  const id = action.input.dropletId;
  return {
    droplets: id === undefined ? [] : [{ id, rel: "droplet", href: `${origin}/v2/droplets/${id}` }],
    actions: [actionLink(origin, action)],
  };
}
