import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import {
  createDomain,
  createRecord,
  deleteDomain,
  deleteRecord,
  getDomain,
  getRecord,
  listRecords,
  updateRecord,
} from "../models/domains";
import { page } from "../pagination";
import { bodyOf, numberParameter, parameter, query } from "../request";
import { domainBody, recordBody } from "../responses/domains";

const newDomain = z.object({ name: z.string(), ip_address: z.string().optional() });
const newRecord = z.object({
  type: z.string(),
  name: z.string().nullish(),
  data: z.string().nullish(),
  ttl: z.number().int().nullish(),
  priority: z.number().int().nullish(),
  port: z.number().int().nullish(),
  weight: z.number().int().nullish(),
  flags: z.number().int().nullish(),
  tag: z.string().nullish(),
});

export function domainRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/domains", (request) => page(request, "domains", cloud.state.domains, domainBody));

  app.post("/domains", async (request, reply) => {
    const input = bodyOf(request, newDomain);
    const domain = await cloud.change((draft, { now }) => createDomain(draft, input, now));
    // As in the original, the zone file comes a moment later.
    return reply.status(201).send({ domain: { ...domainBody(domain), zone_file: null } });
  });

  app.get("/domains/:domain", (request) => ({
    domain: domainBody(getDomain(cloud.state, parameter(request, "domain"))),
  }));

  app.delete("/domains/:domain", async (request, reply) => {
    await cloud.change((draft) => {
      deleteDomain(draft, parameter(request, "domain"));
    });
    return reply.status(204).send();
  });

  recordRoutes(app, cloud);
}

function recordRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/domains/:domain/records", (request) => {
    const filter = { name: query(request, "name"), type: query(request, "type") };
    return page(request, "domain_records", listRecords(cloud.state, parameter(request, "domain"), filter), recordBody);
  });

  app.post("/domains/:domain/records", async (request, reply) => {
    const input = bodyOf(request, newRecord);
    const record = await cloud.change((draft, { now }) =>
      createRecord(draft, parameter(request, "domain"), input, now),
    );
    return reply.status(201).send({ domain_record: recordBody(record) });
  });

  const one = "/domains/:domain/records/:record";
  app.get(one, (request) => ({
    domain_record: recordBody(getRecord(cloud.state, parameter(request, "domain"), numberParameter(request, "record"))),
  }));

  const update = async (request: FastifyRequest): Promise<object> => {
    const input = bodyOf(request, newRecord.partial());
    const [domain, id] = [parameter(request, "domain"), numberParameter(request, "record")];
    const record = await cloud.change((draft, { now }) => updateRecord(draft, domain, id, input, now));
    return { domain_record: recordBody(record) };
  };
  app.put(one, update);
  app.patch(one, update);

  app.delete(one, async (request, reply) => {
    await cloud.change((draft, { now }) => {
      deleteRecord(draft, parameter(request, "domain"), numberParameter(request, "record"), now);
    });
    return reply.status(204).send();
  });
}
