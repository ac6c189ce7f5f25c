import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import { unprocessable } from "../errors";
import { requireFurtherScopes, scopesOfContents, scopesOfDropletAction } from "../further-scopes";
import { getAction, listActions } from "../models/actions";
import { startActionOnTagged, startDropletAction } from "../models/droplet-actions";
import { createDroplets, deleteDroplet, deleteDropletsWith, requireDroplet } from "../models/droplets";
import { dropletsWith, findTag } from "../models/tags";
import { originOf, page } from "../pagination";
import { bodyOf, numberParameter, query } from "../request";
import { actionBody, actionLink } from "../responses/actions";
import { dropletBody } from "../responses/droplets";
import { firewallBody } from "../responses/firewalls";
import { appliesTo } from "../room";
import type { ActionTarget, Droplet } from "../state";

const backupPolicyInput = z
  .object({ plan: z.string().nullish(), weekday: z.string().nullish(), hour: z.number().int().nullish() })
  .nullish();

const newDroplet = z.object({
  name: z.string().optional(),
  names: z.array(z.string()).optional(),
  region: z.string().optional(),
  size: z.string(),
  image: z.union([z.string(), z.number().int()]),
  ssh_keys: z.array(z.union([z.string(), z.number().int()])).nullish(),
  user_data: z.string().nullish(),
  vpc_uuid: z.string().nullish(),
  public_networking: z.boolean().nullish(),
  ipv6: z.boolean().nullish(),
  monitoring: z.boolean().nullish(),
  backups: z.boolean().nullish(),
  backup_policy: backupPolicyInput,
  with_droplet_agent: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
  volumes: z
    .array(z.union([z.string(), z.object({ id: z.string().optional(), name: z.string().optional() })]))
    .nullish(),
});

const newAction = z.object({
  type: z.string(),
  name: z.string().optional(),
  size: z.string().optional(),
  disk: z.boolean().optional(),
  image: z.union([z.string(), z.number().int()]).optional(),
  backup_policy: backupPolicyInput,
});

export function dropletRoutes(app: FastifyInstance, cloud: Cloud): void {
  const body = (droplet: Droplet): object => dropletBody(cloud, droplet);

  app.get("/droplets", (request) => {
    if (query(request, "tag_name") !== undefined) requireFurtherScopes(request, ["tag:read"]);
    return page(request, "droplets", matching(cloud, request), body);
  });

  app.post("/droplets", async (request, reply) => {
    const input = bodyOf(request, newDroplet);
    requireFurtherScopes(request, scopesOfContents(input));
    const names = input.names ?? (input.name === undefined ? undefined : [input.name]);
    if (names === undefined) throw unprocessable("Name can't be blank");
    const { droplets, actions } = await cloud.change((draft, context) => createDroplets(draft, names, input, context));
    const bodies = droplets.map(body);
    const links = { actions: actions.map((action) => actionLink(originOf(request), action)) };
    return reply
      .status(202)
      .send(input.names === undefined ? { droplet: bodies[0], links } : { droplets: bodies, links });
  });

  app.delete("/droplets", async (request, reply) => {
    const tag = query(request, "tag_name");
    if (tag === undefined || tag === "") throw unprocessable("tag_name is required: all droplets with it are deleted");
    requireFurtherScopes(request, ["tag:read"]);
    await cloud.change((draft, context) => {
      deleteDropletsWith(draft, tag, context);
    });
    return reply.status(204).send();
  });

  app.get("/droplets/:droplet", (request) => ({
    droplet: body(requireDroplet(cloud.state, numberParameter(request, "droplet"))),
  }));

  app.delete("/droplets/:droplet", async (request, reply) => {
    await cloud.change((draft, context) => {
      deleteDroplet(draft, numberParameter(request, "droplet"), context);
    });
    return reply.status(204).send();
  });

  app.get("/droplets/:droplet/firewalls", (request) => {
    const droplet = requireDroplet(cloud.state, numberParameter(request, "droplet"));
    const firewalls = cloud.state.firewalls.filter((firewall) => appliesTo(firewall, droplet));
    return page(request, "firewalls", firewalls, (firewall) =>
      firewallBody(firewall, cloud.consistency.pendingChanges(firewall.id)),
    );
  });

  dropletActionRoutes(app, cloud);
}

function dropletActionRoutes(app: FastifyInstance, cloud: Cloud): void {
  const isRunning = (droplet: Droplet): boolean => cloud.isRunning(droplet);

  app.post("/droplets/actions", async (request, reply) => {
    const tag = query(request, "tag_name");
    if (tag === undefined || tag === "") throw unprocessable("tag_name is required");
    const input = bodyOf(request, newAction);
    requireFurtherScopes(request, ["tag:read", ...scopesOfDropletAction(input)]);
    const actions = await cloud.change((draft, context) => startActionOnTagged(draft, tag, input, isRunning, context));
    return reply.status(201).send({ actions: actions.map(actionBody) });
  });

  app.get("/droplets/:droplet/actions", (request) => {
    const { id } = requireDroplet(cloud.state, numberParameter(request, "droplet"));
    return page(request, "actions", listActions(cloud.state, isOn(id)), actionBody);
  });

  app.post("/droplets/:droplet/actions", async (request, reply) => {
    const id = numberParameter(request, "droplet");
    const input = bodyOf(request, newAction);
    requireFurtherScopes(request, scopesOfDropletAction(input));
    const action = await cloud.change((draft, context) => startDropletAction(draft, id, input, isRunning, context));
    return reply.status(201).send({ action: actionBody(action) });
  });

  app.get("/droplets/:droplet/actions/:action", (request) => {
    const { id } = requireDroplet(cloud.state, numberParameter(request, "droplet"));
    return { action: actionBody(getAction(cloud.state, numberParameter(request, "action"), isOn(id))) };
  });
}

function isOn(id: number): (target: ActionTarget) => boolean {
  return (target) => target.kind === "droplet" && target.dropletId === id;
}

function matching({ state, consistency }: Cloud, request: FastifyRequest): readonly Droplet[] {
  const tagName = query(request, "tag_name");
  const name = query(request, "name");
  const tag = tagName === undefined ? undefined : findTag(state, tagName);
  if (query(request, "type") === "gpus" || (tagName !== undefined && tag === undefined)) return [];
  const all = tag === undefined ? state.droplets : dropletsWith(state, tag);
  const tagged = all.filter(({ id }) => !consistency.isHidden(id));
  return name === undefined ? tagged : tagged.filter((droplet) => droplet.name.toLowerCase() === name.toLowerCase());
}
