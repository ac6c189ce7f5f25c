import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import { unprocessable } from "../errors";
import {
  createAlertPolicy,
  deleteAlertPolicy,
  getAlertPolicy,
  policies,
  updateAlertPolicy,
} from "../models/alert-policies";
import { requireDroplet } from "../models/droplets";
import { bandwidth, type Metric, metrics, seriesOf } from "../models/metrics";
import { page } from "../pagination";
import { bodyOf, parameter, query } from "../request";
import { alertPolicyBody, matrixBody } from "../responses/monitoring";
import { Sampler } from "../sampler";

export function monitoringRoutes(app: FastifyInstance, cloud: Cloud, log: (line: string) => void): void {
  const sampler = new Sampler(cloud, { log });
  app.addHook("onReady", (done) => {
    sampler.start();
    done();
  });
  app.addHook("onClose", () => sampler.close());
  metricRoutes(app, cloud, sampler);
  alertRoutes(app, cloud);
}

/** What the sampler saw of droplets. */
function metricRoutes(app: FastifyInstance, cloud: Cloud, sampler: Sampler): void {
  const answer = (request: FastifyRequest, asked: readonly Metric[]): object => {
    const { id } = requireDroplet(cloud.state, wholeNumber(request, "host_id"));
    const [start, end] = [wholeNumber(request, "start"), wholeNumber(request, "end")];
    if (start > end) throw unprocessable("start has to be before end");
    return matrixBody(id, seriesOf(asked, sampler.of(id), start, end));
  };

  for (const [name, asked] of Object.entries(metrics)) {
    app.get(`/monitoring/metrics/droplet/${name}`, (request) => answer(request, asked));
  }

  app.get("/monitoring/metrics/droplet/bandwidth", (request) =>
    answer(
      request,
      bandwidth(
        oneOf(request, "interface", ["public", "private"]),
        oneOf(request, "direction", ["inbound", "outbound"]),
      ),
    ),
  );
}

const alertPolicy = z
  .object({
    alerts: z.object({
      email: z.array(z.string()).nullish(),
      slack: z.array(z.object({ channel: z.string(), url: z.string() })).nullish(),
    }),
    compare: z.enum(["GreaterThan", "LessThan"]),
    description: z.string(),
    enabled: z.boolean(),
    entities: z.array(z.string()).nullish(),
    tags: z.array(z.string()).nullish(),
    type: z.string(),
    value: z.number(),
    window: z.enum(["5m", "10m", "30m", "1h"]),
  })
  .transform(({ alerts, entities, tags, ...policy }) => ({
    ...policy,
    emails: alerts.email ?? [],
    slack: alerts.slack ?? [],
    entities: entities ?? [],
    tags: tags ?? [],
  }));

/** Alert policies are kept; nobody is ever told. */
function alertRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/monitoring/alerts", (request) => page(request, "policies", policies(cloud.state), alertPolicyBody));

  app.post("/monitoring/alerts", async (request) => {
    const input = bodyOf(request, alertPolicy);
    return { policy: alertPolicyBody(await cloud.change((draft) => createAlertPolicy(draft, input))) };
  });

  app.get("/monitoring/alerts/:alert", (request) => ({
    policy: alertPolicyBody(getAlertPolicy(cloud.state, parameter(request, "alert"))),
  }));

  app.put("/monitoring/alerts/:alert", async (request) => {
    const input = bodyOf(request, alertPolicy);
    const uuid = parameter(request, "alert");
    return { policy: alertPolicyBody(await cloud.change((draft) => updateAlertPolicy(draft, uuid, input))) };
  });

  app.delete("/monitoring/alerts/:alert", async (request, reply) => {
    await cloud.change((draft) => {
      deleteAlertPolicy(draft, parameter(request, "alert"));
    });
    return reply.status(204).send();
  });
}

function wholeNumber(request: FastifyRequest, name: string): number {
  const text = query(request, name) ?? "";
  if (!/^\d{1,15}$/.test(text)) throw unprocessable(`${name} has to be given, as a whole number`);
  return Number(text);
}

function oneOf<Word extends string>(request: FastifyRequest, name: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === query(request, name));
  if (found === undefined) throw unprocessable(`${name} has to be one of ${words.join(", ")}`);
  return found;
}
