import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import { createVpc, deleteVpc, getVpc, membersOf, type UpdateVpc, updateVpc } from "../models/vpcs";
import { page } from "../pagination";
import { bodyOf, parameter, query } from "../request";
import { memberBody, vpcBody } from "../responses/vpcs";

const newVpc = z.object({
  name: z.string(),
  region: z.string(),
  description: z.string().max(255).optional(),
  ip_range: z.string().optional(),
});
const wholeVpc = z.object({
  name: z.string(),
  description: z.string().max(255).optional(),
  default: z.boolean().optional(),
});

export function vpcRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/vpcs", (request) => page(request, "vpcs", cloud.state.vpcs, vpcBody));

  app.post("/vpcs", async (request, reply) => {
    const input = bodyOf(request, newVpc);
    const vpc = await cloud.change((draft, { now }) => createVpc(draft, input, now));
    return reply.status(201).send({ vpc: vpcBody(vpc) });
  });

  app.get("/vpcs/:vpc", (request) => ({ vpc: vpcBody(getVpc(cloud.state, parameter(request, "vpc"))) }));

  const update = async (id: string, input: UpdateVpc): Promise<object> => {
    const vpc = await cloud.change((draft) => updateVpc(draft, id, input));
    return { vpc: vpcBody(vpc) };
  };
  app.put("/vpcs/:vpc", (request) => {
    // A PUT says everything: what it leaves out is empty.
    const { description = "", ...given } = bodyOf(request, wholeVpc);
    return update(parameter(request, "vpc"), { ...given, description });
  });
  app.patch("/vpcs/:vpc", (request) => update(parameter(request, "vpc"), bodyOf(request, wholeVpc.partial())));

  app.delete("/vpcs/:vpc", async (request, reply) => {
    await cloud.change((draft) => {
      deleteVpc(draft, parameter(request, "vpc"));
    });
    return reply.status(204).send();
  });

  app.get("/vpcs/:vpc/members", (request) => {
    const { id } = getVpc(cloud.state, parameter(request, "vpc"));
    // Nothing else can be a member here: of any other kind there is none.
    const type = query(request, "resource_type") ?? "droplet";
    return page(request, "members", type === "droplet" ? membersOf(cloud.state, id) : [], memberBody);
  });
}
