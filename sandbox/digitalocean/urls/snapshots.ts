import type { FastifyInstance } from "fastify";

import type { Cloud } from "../cloud";
import { deleteSnapshot, getSnapshot, listSnapshots, requireVolumeSnapshot } from "../models/snapshots";
import { page } from "../pagination";
import { parameter, query } from "../request";
import { snapshotBody } from "../responses/snapshots";

export function snapshotRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/snapshots", (request) =>
    page(request, "snapshots", listSnapshots(cloud.state, query(request, "resource_type")), snapshotBody),
  );

  app.get("/snapshots/:snapshot", (request) => ({
    snapshot: snapshotBody(getSnapshot(cloud.state, parameter(request, "snapshot"))),
  }));

  const remove = async (id: string): Promise<void> => {
    const action = await cloud.change((draft, context) => deleteSnapshot(draft, id, context));
    await cloud.carriedOut(action);
  };

  app.delete("/snapshots/:snapshot", async (request, reply) => {
    await remove(parameter(request, "snapshot"));
    return reply.status(204).send();
  });

  app.get("/volumes/snapshots/:snapshot", (request) => ({
    snapshot: snapshotBody(requireVolumeSnapshot(cloud.state, parameter(request, "snapshot"))),
  }));

  app.delete("/volumes/snapshots/:snapshot", async (request, reply) => {
    await remove(requireVolumeSnapshot(cloud.state, parameter(request, "snapshot")).id);
    return reply.status(204).send();
  });
}
