import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Cloud } from "../digitalocean/cloud";
import { limitsOf } from "../digitalocean/models/account";
import type { RateLimiter } from "../digitalocean/rate-limit";
import { adminBody } from "./server";

const seconds = z.number().nonnegative();
const count = z.number().int().nonnegative();
const consistency = z.object({ dropletHiddenSeconds: seconds.optional(), actionSeconds: seconds.optional() });
const rateLimits = z.object({ enabled: z.boolean() });
const quotas = z.object({ droplets: count.optional(), reservedIps: count.optional(), volumes: count.optional() });

/** How the cloud behaves, each with `GET` and `PUT`: `/consistency`, `/rate-limits` and `/quotas`. */
export function settingRoutes(app: FastifyInstance, cloud: Cloud, limiter: RateLimiter): void {
  const { consistency: settings } = cloud;

  app.get("/consistency", () => settings.shown());
  app.put("/consistency", (request) => {
    const { dropletHiddenSeconds, actionSeconds } = adminBody(request, consistency);
    if (dropletHiddenSeconds !== undefined) settings.dropletHiddenMs = dropletHiddenSeconds * 1000;
    if (actionSeconds !== undefined) settings.actionMs = actionSeconds * 1000;
    return settings.shown();
  });

  app.get("/rate-limits", () => ({ enabled: limiter.enabled }));
  app.put("/rate-limits", (request) => {
    limiter.enabled = adminBody(request, rateLimits).enabled;
    limiter.reset();
    return { enabled: limiter.enabled };
  });

  app.get("/quotas", () => limitsOf(cloud.state));
  app.put("/quotas", async (request) => {
    const { droplets, reservedIps, volumes } = adminBody(request, quotas);
    await cloud.change(({ account }) => {
      account.limits = {
        ...account.limits,
        ...(droplets === undefined ? {} : { droplets }),
        ...(reservedIps === undefined ? {} : { reservedIps }),
        ...(volumes === undefined ? {} : { volumes }),
      };
    });
    return limitsOf(cloud.state);
  });
}
