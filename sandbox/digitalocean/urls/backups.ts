import type { FastifyInstance } from "fastify";

import type { Cloud } from "../cloud";
import { requireDroplet } from "../models/droplets";
import { snapshotsOf } from "../models/snapshots";
import { page, pageOf } from "../pagination";
import { numberParameter } from "../request";
import { backupStateBody, supportedPolicies } from "../responses/backups";
import { ownImageBody } from "../responses/images";
import type { Snapshot } from "../state";

/** What is kept of droplets: backups, their policies, and snapshots. */
export function backupRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/droplets/backups/supported_policies", () => ({ supported_policies: supportedPolicies }));

  app.get("/droplets/backups/policies", (request) => {
    const { shown, links, meta } = pageOf(request, cloud.state.droplets);
    return { policies: Object.fromEntries(shown.map((one) => [one.id, backupStateBody(one)])), links, meta };
  });

  app.get("/droplets/:droplet/backups/policy", (request) => ({
    policy: backupStateBody(requireDroplet(cloud.state, numberParameter(request, "droplet"))),
  }));

  const kept = (id: number, kind: Snapshot["kind"]): Snapshot[] =>
    snapshotsOf(cloud.state, { kind, type: "droplet", id: String(requireDroplet(cloud.state, id).id) });

  app.get("/droplets/:droplet/backups", (request) =>
    page(request, "backups", kept(numberParameter(request, "droplet"), "backup"), ownImageBody),
  );

  app.get("/droplets/:droplet/snapshots", (request) =>
    page(request, "snapshots", kept(numberParameter(request, "droplet"), "snapshot"), ownImageBody),
  );
}
