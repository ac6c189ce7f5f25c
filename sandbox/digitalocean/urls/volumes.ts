import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import { requireFurtherScopes, scopesOfContents } from "../further-scopes";
import { getAction, listActions } from "../models/actions";
import { snapshotsOf } from "../models/snapshots";
import { startVolumeAction } from "../models/volume-actions";
import { createVolume, deleteVolume, getVolume, getVolumeNamed, listVolumes, snapshotVolume } from "../models/volumes";
import { page } from "../pagination";
import { bodyOf, numberParameter, parameter, query } from "../request";
import { actionBody } from "../responses/actions";
import { snapshotBody } from "../responses/snapshots";
import { volumeBody } from "../responses/volumes";
import type { ActionTarget, CloudState, Volume } from "../state";

const tags = z.array(z.string()).nullish();
const newVolume = z.object({
  name: z.string(),
  region: z.string().nullish(),
  size_gigabytes: z.number().int().nullish(),
  description: z.string().nullish(),
  snapshot_id: z.string().nullish(),
  filesystem_type: z.string().nullish(),
  filesystem_label: z.string().nullish(),
  tags,
});
const newSnapshot = z.object({ name: z.string(), tags });
const newAction = z.object({
  type: z.string(),
  volume_name: z.string().optional(),
  // The original takes a number that is given as text, too.
  droplet_id: z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)]).nullish(),
  size_gigabytes: z.number().int().nullish(),
  region: z.string().nullish(),
  tags,
});

export function volumeRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/volumes", (request) => {
    const filter = { name: query(request, "name"), region: query(request, "region") };
    return page(request, "volumes", listVolumes(cloud.state, filter), volumeBody);
  });

  app.post("/volumes", async (request, reply) => {
    const input = bodyOf(request, newVolume);
    requireFurtherScopes(request, scopesOfContents({ tags: input.tags }));
    const { volume, action } = await cloud.change((draft, context) => createVolume(draft, input, context));
    await cloud.carriedOut(action);
    return reply.status(201).send({ volume: volumeBody(getVolume(cloud.state, volume.id)) });
  });

  const remove = async (find: (draft: CloudState) => Volume): Promise<void> => {
    const action = await cloud.change((draft, context) => deleteVolume(draft, find(draft), context));
    await cloud.carriedOut(action);
  };

  app.delete("/volumes", async (request, reply) => {
    await remove((draft) => getVolumeNamed(draft, query(request, "name"), query(request, "region")));
    return reply.status(204).send();
  });

  app.get("/volumes/:volume", (request) => ({
    volume: volumeBody(getVolume(cloud.state, parameter(request, "volume"))),
  }));

  app.delete("/volumes/:volume", async (request, reply) => {
    await remove((draft) => getVolume(draft, parameter(request, "volume")));
    return reply.status(204).send();
  });

  app.get("/volumes/:volume/snapshots", (request) => {
    const { id } = getVolume(cloud.state, parameter(request, "volume"));
    return page(request, "snapshots", snapshotsOf(cloud.state, { kind: "snapshot", type: "volume", id }), snapshotBody);
  });

  app.post("/volumes/:volume/snapshots", async (request, reply) => {
    const id = parameter(request, "volume");
    const input = bodyOf(request, newSnapshot);
    requireFurtherScopes(request, scopesOfContents(input));
    const { snapshot, action } = await cloud.change((draft, context) => snapshotVolume(draft, id, input, context));
    await cloud.carriedOut(action);
    const made = cloud.state.snapshots.find((one) => one.id === snapshot.id) ?? snapshot;
    return reply.status(201).send({ snapshot: snapshotBody(made) });
  });

  volumeActionRoutes(app, cloud);
}

function volumeActionRoutes(app: FastifyInstance, cloud: Cloud): void {
  const isOn =
    (id: string) =>
    (target: ActionTarget): boolean =>
      target.kind === "volume" && target.volumeId === id;

  app.post("/volumes/actions", async (request, reply) => {
    const input = bodyOf(request, newAction);
    const action = await cloud.change((draft, context) =>
      startVolumeAction(draft, getVolumeNamed(draft, input.volume_name, input.region ?? undefined), input, context),
    );
    return reply.status(202).send({ action: actionBody(action) });
  });

  app.get("/volumes/:volume/actions", (request) => {
    const { id } = getVolume(cloud.state, parameter(request, "volume"));
    return page(request, "actions", listActions(cloud.state, isOn(id)), actionBody);
  });

  app.post("/volumes/:volume/actions", async (request, reply) => {
    const input = bodyOf(request, newAction);
    const action = await cloud.change((draft, context) =>
      startVolumeAction(draft, getVolume(draft, parameter(request, "volume")), input, context),
    );
    return reply.status(202).send({ action: actionBody(action) });
  });

  app.get("/volumes/:volume/actions/:action", (request) => {
    const { id } = getVolume(cloud.state, parameter(request, "volume"));
    return { action: actionBody(getAction(cloud.state, numberParameter(request, "action"), isOn(id))) };
  });
}
