import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import {
  addDroplets,
  addRules,
  addTags,
  createFirewall,
  deleteFirewall,
  getFirewall,
  removeDroplets,
  removeRules,
  removeTags,
  updateFirewall,
} from "../models/firewalls";
import { page } from "../pagination";
import { bodyOf, parameter } from "../request";
import { firewallBody } from "../responses/firewalls";
import type { CloudState } from "../state";

const peers = z.object({
  addresses: z.array(z.string()).nullish(),
  droplet_ids: z.array(z.number().int()).nullish(),
  tags: z.array(z.string()).nullish(),
  load_balancer_uids: z.array(z.string()).nullish(),
  kubernetes_ids: z.array(z.string()).nullish(),
});
const rule = z.object({
  protocol: z.enum(["tcp", "udp", "icmp"]),
  ports: z.union([z.string(), z.number().int()]).nullish(),
});
const rules = z.object({
  inbound_rules: z.array(rule.extend({ sources: peers })).nullish(),
  outbound_rules: z.array(rule.extend({ destinations: peers })).nullish(),
});
const wholeFirewall = rules.extend({
  name: z.string(),
  droplet_ids: z.array(z.number().int()).nullish(),
  tags: z.array(z.string()).nullish(),
});
const dropletIds = z.object({ droplet_ids: z.array(z.number().int()) });
const tags = z.object({ tags: z.array(z.string()) });

export function firewallRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/firewalls", (request) => page(request, "firewalls", cloud.state.firewalls, firewallBody));

  app.post("/firewalls", async (request, reply) => {
    const input = bodyOf(request, wholeFirewall);
    const firewall = await cloud.change((draft, { now }) => createFirewall(draft, input, now));
    return reply.status(202).send({ firewall: firewallBody(firewall) });
  });

  app.get("/firewalls/:firewall", (request) => ({
    firewall: firewallBody(getFirewall(cloud.state, parameter(request, "firewall"))),
  }));

  app.put("/firewalls/:firewall", async (request) => {
    const input = bodyOf(request, wholeFirewall);
    const firewall = await cloud.change((draft) => updateFirewall(draft, parameter(request, "firewall"), input));
    return { firewall: firewallBody(firewall) };
  });

  app.delete("/firewalls/:firewall", async (request, reply) => {
    await cloud.change((draft) => {
      deleteFirewall(draft, parameter(request, "firewall"));
    });
    return reply.status(204).send();
  });

  partRoutes(app, cloud);
}

/** Parts of a firewall can be added and removed one by one. */
function partRoutes(app: FastifyInstance, cloud: Cloud): void {
  const part =
    <Schema extends z.ZodType>(
      schema: Schema,
      edit: (draft: CloudState, id: string, input: z.output<Schema>) => void,
    ) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const input = bodyOf(request, schema);
      await cloud.change((draft) => {
        edit(draft, parameter(request, "firewall"), input);
      });
      return reply.status(204).send();
    };
  app.post(
    "/firewalls/:firewall/droplets",
    part(dropletIds, (draft, id, input) => {
      addDroplets(draft, id, input.droplet_ids);
    }),
  );
  app.delete(
    "/firewalls/:firewall/droplets",
    part(dropletIds, (draft, id, input) => {
      removeDroplets(draft, id, input.droplet_ids);
    }),
  );
  app.post(
    "/firewalls/:firewall/tags",
    part(tags, (draft, id, input) => {
      addTags(draft, id, input.tags);
    }),
  );
  app.delete(
    "/firewalls/:firewall/tags",
    part(tags, (draft, id, input) => {
      removeTags(draft, id, input.tags);
    }),
  );
  app.post("/firewalls/:firewall/rules", part(rules, addRules));
  app.delete("/firewalls/:firewall/rules", part(rules, removeRules));
}
