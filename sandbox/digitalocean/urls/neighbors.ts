import type { FastifyInstance } from "fastify";

import type { Cloud } from "../cloud";
import { requireDroplet } from "../models/droplets";
import { page } from "../pagination";
import { numberParameter } from "../request";
import { dropletBody } from "../responses/droplets";
import type { Droplet } from "../state";

/** Which droplets share hardware. All of the sandbox is one machine; a region is taken for one. */
export function neighborRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/droplets/:droplet/neighbors", (request) => {
    const { id, region } = requireDroplet(cloud.state, numberParameter(request, "droplet"));
    const neighbors = cloud.state.droplets.filter((one) => one.id !== id && one.region === region);
    return { droplets: neighbors.map((one) => dropletBody(cloud, one)) };
  });

  app.get("/reports/droplet_neighbors_ids", () => ({ neighbor_ids: groups(cloud.state.droplets) }));

  app.get("/droplets/:droplet/kernels", (request) => {
    requireDroplet(cloud.state, numberParameter(request, "droplet"));
    // As with all droplets of today, the kernel is the machine's own affair.
    return page(request, "kernels", [], (none) => none);
  });
}

function groups(droplets: readonly Droplet[]): number[][] {
  const regions = [...new Set(droplets.map(({ region }) => region))];
  return regions
    .map((region) => droplets.filter((one) => one.region === region).map(({ id }) => id))
    .filter((ids) => ids.length > 1);
}
