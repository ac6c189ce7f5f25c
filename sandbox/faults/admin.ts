import type { FastifyInstance } from "fastify";

import { AdminError } from "../admin/server";
import type { Faults } from "./faults";
import { BadFault } from "./kind";

/**
 * - `GET /faults`: all of them, with how often they matched and struck
 * - `POST /faults` with `{"kind": "challenge", "status": 403, "route": "GET /v2/droplets/*", "count": 2}`: a new one
 * - `GET /faults/ID`, `DELETE /faults/ID`
 * - `DELETE /faults`: clears all
 */
export function faultRoutes(app: FastifyInstance, faults: Faults): void {
  app.get("/faults", () => ({ faults: faults.list() }));

  app.post("/faults", async (request, reply) => reply.status(201).send({ fault: added(faults, request.body) }));

  app.delete("/faults", () => ({ cleared: faults.clearAll() }));

  app.get<{ Params: { id: string } }>("/faults/:id", ({ params: { id } }) => {
    const fault = faults.get(id);
    if (fault === undefined) throw unknown(id);
    return { fault };
  });

  app.delete<{ Params: { id: string } }>("/faults/:id", async ({ params: { id } }, reply) => {
    if (!faults.clear(id)) throw unknown(id);
    return reply.status(204).send();
  });
}

function added(faults: Faults, definition: unknown): object {
  try {
    return faults.add(definition);
  } catch (error) {
    if (error instanceof BadFault) throw new AdminError(422, error.message);
    throw error;
  }
}

function unknown(id: string): AdminError {
  return new AdminError(404, `there is no fault ${id}: \`deploy4me sandbox fault list\` says which there are`);
}
