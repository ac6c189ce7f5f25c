import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Cloud } from "../cloud";
import { createSshKey, deleteSshKey, getSshKey, renameSshKey } from "../models/ssh-keys";
import { page } from "../pagination";
import { bodyOf, parameter } from "../request";
import { sshKeyBody } from "../responses/ssh-keys";

const newKey = z.object({ name: z.string(), public_key: z.string() });
const changedKey = z.object({ name: z.string().optional() });

export function sshKeyRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get("/account/keys", (request) => page(request, "ssh_keys", cloud.state.sshKeys, sshKeyBody));

  app.post("/account/keys", async (request, reply) => {
    const input = bodyOf(request, newKey);
    const key = await cloud.change((draft) => createSshKey(draft, input));
    return reply.status(201).send({ ssh_key: sshKeyBody(key) });
  });

  app.get("/account/keys/:key", (request) => ({
    ssh_key: sshKeyBody(getSshKey(cloud.state, parameter(request, "key"))),
  }));

  app.put("/account/keys/:key", async (request) => {
    const { name } = bodyOf(request, changedKey);
    const key = await cloud.change((draft) => renameSshKey(draft, parameter(request, "key"), name));
    return { ssh_key: sshKeyBody(key) };
  });

  app.delete("/account/keys/:key", async (request, reply) => {
    await cloud.change((draft) => {
      deleteSshKey(draft, parameter(request, "key"));
    });
    return reply.status(204).send();
  });
}
