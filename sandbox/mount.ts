import type { FastifyInstance, FastifyRequest } from "fastify";

/** A server that shares its address with another one. */
export interface Mounted {
  readonly app: FastifyInstance;
  readonly isFor: (request: FastifyRequest) => boolean;
}

/**
 * Hands the requests that are for another server to it, whole and before anything is read of them. It opens and closes
 * with the one it is mounted on.
 */
export function mount(app: FastifyInstance, { app: other, isFor }: Mounted): void {
  app.addHook("onReady", async () => {
    await other.ready();
  });
  app.addHook("onClose", async () => {
    await other.close();
  });
  app.addHook("onRequest", (request, reply, next) => {
    if (!isFor(request)) {
      next();
      return;
    }
    reply.hijack();
    other.routing(request.raw, reply.raw);
  });
}
