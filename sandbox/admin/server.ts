import { chmodSync, rmSync } from "node:fs";

import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import type { z } from "zod";

import { socketAddress } from "./socket";

/** Something that an administrator asked for can't be done. */
export class AdminError extends Error {
  override readonly name = "AdminError";

  /** @param status of the answer: 404 when what it is about is not there, 422 when the request is wrong */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The sandbox's own API, beside the cloud's: what a test or its owner does to the cloud itself. Everything that can be
 * done to it registers its routes.
 * @param log gets what went wrong by no fault of the request
 * @example
 * const app = buildAdmin(log);
 * clockRoutes(app, clock);
 * await listenAdmin(app, files.admin);
 */
export function buildAdmin(log: (line: string) => void): FastifyInstance {
  const app = Fastify({ bodyLimit: 1024 * 1024, forceCloseConnections: true });
  app.setNotFoundHandler(({ method, url }) => {
    throw new AdminError(404, `there is no ${method} ${url}`);
  });
  app.setErrorHandler((error: FastifyError | AdminError, { method, routeOptions }, reply) => {
    const status = statusOf(error);
    if (status >= 500) log(`admin: ${method} ${routeOptions.url ?? ""}: ${error.message}`);
    const message = status >= 500 ? "the sandbox could not do this: its log (daemon.log) says why" : error.message;
    return reply.status(status).send({ message });
  });
  return app;
}

/**
 * Answers on a Unix socket that only its owner can reach.
 * @param file the socket; one that a killed daemon left is replaced
 */
export async function listenAdmin(app: FastifyInstance, file: string): Promise<void> {
  rmSync(file, { force: true });
  const { path, release } = socketAddress(file);
  app.addHook("onClose", () => {
    release();
  });
  await app.listen({ path });
  chmodSync(file, 0o600);
}

/**
 * The body in the form the schema has.
 * @throws AdminError 422 that names the first thing that is wrong
 */
export function adminBody<Schema extends z.ZodType>({ body }: FastifyRequest, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? "the body" : issue.path.join(".");
  throw new AdminError(422, `${place}: ${issue?.message ?? "is not valid"}`);
}

function statusOf(error: FastifyError | AdminError): number {
  if (error instanceof AdminError) return error.status;
  return error.statusCode ?? 500;
}
