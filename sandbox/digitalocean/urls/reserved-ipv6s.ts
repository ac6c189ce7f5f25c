import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import {
  assignReservedIpv6,
  createReservedIpv6,
  deleteReservedIpv6,
  getReservedIpv6,
  unassignReservedIpv6,
} from "../models/reserved-ipv6s";
import { page } from "../pagination";
import { bodyOf, parameter } from "../request";
import { actionBody } from "../responses/actions";
import { reservedIpv6Body } from "../responses/reserved-ipv6s";

const newIp = z.object({ region_slug: z.string() });
const newAction = z.discriminatedUnion("type", [
  z.object({ type: z.literal("assign"), droplet_id: z.number().int() }),
  z.object({ type: z.literal("unassign") }),
]);

export function reservedIpv6Routes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/reserved_ipv6", (request) =>
    page(request, "reserved_ipv6s", cloud.state.reservedIpv6s, (one) => reservedIpv6Body(cloud, one)),
  );

  app.post("/reserved_ipv6", async (request, reply) => {
    const { region_slug: region } = bodyOf(request, newIp);
    const reserved = await cloud.change((draft, context) => createReservedIpv6(draft, region, context));
    return reply.status(201).send({ reserved_ipv6: reservedIpv6Body(cloud, reserved) });
  });

  app.get("/reserved_ipv6/:ip", (request) => ({
    reserved_ipv6: reservedIpv6Body(cloud, getReservedIpv6(cloud.state, parameter(request, "ip"))),
  }));

  app.delete("/reserved_ipv6/:ip", async (request, reply) => {
    await cloud.change((draft) => {
      deleteReservedIpv6(draft, parameter(request, "ip"));
    });
    return reply.status(204).send();
  });

  app.post("/reserved_ipv6/:ip/actions", async (request, reply) => {
    const ip = parameter(request, "ip");
    const input = bodyOf(request, newAction);
    const action = await cloud.change((draft, context) =>
      input.type === "assign"
        ? assignReservedIpv6(draft, ip, input.droplet_id, context)
        : unassignReservedIpv6(draft, ip, context),
    );
    return reply.status(201).send({ action: actionBody(action) });
  });
}
