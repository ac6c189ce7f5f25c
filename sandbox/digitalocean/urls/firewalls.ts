import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import { badRequest, unprocessable } from "../errors";
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
import { parameter } from "../request";
import { firewallBody } from "../responses/firewalls";
import { appliesTo } from "../room";
import type { CloudState, Firewall } from "../state";

// What may not be left out is said by the models: here, only what has the wrong form is refused.
const peers = z.object({
  addresses: z.array(z.string()).nullish(),
  droplet_ids: z.array(z.number().int()).nullish(),
  tags: z.array(z.string()).nullish(),
  load_balancer_uids: z.array(z.string()).nullish(),
  kubernetes_ids: z.array(z.string()).nullish(),
});
const rule = z.object({
  protocol: z.string().nullish(),
  ports: z.union([z.string(), z.number().int()]).nullish(),
});
const rules = z.object({
  inbound_rules: z.array(rule.extend({ sources: peers.nullish() })).nullish(),
  outbound_rules: z.array(rule.extend({ destinations: peers.nullish() })).nullish(),
});
const wholeFirewall = rules.extend({
  name: z.string().nullish(),
  droplet_ids: z.array(z.number().int()).nullish(),
  tags: z.array(z.string()).nullish(),
});
const dropletIds = z.object({ droplet_ids: z.array(z.number().int()).nullish() });
const tags = z.object({ tags: z.array(z.string()).nullish() });

export function firewallRoutes(app: FastifyInstance, cloud: Cloud): void {
  const body = (firewall: Firewall): object => firewallBody(firewall, cloud.consistency.pendingChanges(firewall.id));

  app.get("/firewalls", (request) => page(request, "firewalls", cloud.state.firewalls, body));

  app.post("/firewalls", async (request, reply) => {
    const input = read(request, wholeFirewall);
    const firewall = await cloud.change((draft, { now }) => createFirewall(draft, input, now));
    noteChange(cloud, firewall.id, []);
    return reply.status(202).send({ firewall: body(firewall) });
  });

  app.get("/firewalls/:firewall", (request) => ({
    firewall: body(getFirewall(cloud.state, parameter(request, "firewall"))),
  }));

  app.put("/firewalls/:firewall", async (request) => {
    const input = read(request, wholeFirewall);
    const id = parameter(request, "firewall");
    const before = protectedBy(cloud.state, id);
    const firewall = await cloud.change((draft) => updateFirewall(draft, id, input));
    noteChange(cloud, id, before);
    return { firewall: body(firewall) };
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
      const input = read(request, schema);
      const id = parameter(request, "firewall");
      const before = protectedBy(cloud.state, id);
      await cloud.change((draft) => {
        edit(draft, id, input);
      });
      noteChange(cloud, id, before);
      return reply.status(204).send();
    };
  const droplets = "/firewalls/:firewall/droplets";
  app.post(
    droplets,
    part(dropletIds, (draft, id, input) => {
      addDroplets(draft, id, given("droplet_ids", input.droplet_ids));
    }),
  );
  app.delete(
    droplets,
    part(dropletIds, (draft, id, input) => {
      removeDroplets(draft, id, given("droplet_ids", input.droplet_ids));
    }),
  );
  app.post(
    "/firewalls/:firewall/tags",
    part(tags, (draft, id, input) => {
      addTags(draft, id, given("tags", input.tags));
    }),
  );
  app.delete(
    "/firewalls/:firewall/tags",
    part(tags, (draft, id, input) => {
      removeTags(draft, id, given("tags", input.tags));
    }),
  );
  app.post("/firewalls/:firewall/rules", part(rules, addRules));
  app.delete("/firewalls/:firewall/rules", part(rules, removeRules));
}

/** The firewalls' part of the API has an answer of its own for what it can't read. */
function read<Schema extends z.ZodType>(request: FastifyRequest, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(request.body ?? {});
  if (result.success) return result.data;
  throw badRequest("error parsing request body");
}

function given<Item>(name: string, list: readonly Item[] | null | undefined): readonly Item[] {
  if (list === undefined || list === null || list.length === 0) throw unprocessable(`${name} has to name some`);
  return list;
}

function protectedBy({ firewalls, droplets }: CloudState, firewallId: string): readonly number[] {
  const firewall = firewalls.find(({ id }) => id === firewallId);
  if (firewall === undefined) return [];
  return droplets.filter((droplet) => appliesTo(firewall, droplet)).map(({ id }) => id);
}

/** A change is in force when its request is answered; it may be shown as pending for a while. */
function noteChange({ state, consistency }: Cloud, firewallId: string, before: readonly number[]): void {
  const now = protectedBy(state, firewallId);
  consistency.firewallChanged(firewallId, [
    ...now.map((dropletId) => ({ dropletId, removing: false })),
    ...before.filter((id) => !now.includes(id)).map((dropletId) => ({ dropletId, removing: true })),
  ]);
}
