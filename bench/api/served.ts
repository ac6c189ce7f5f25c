import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Fastify, { type FastifyInstance } from "fastify";

import { systemClock } from "../../sandbox/clock";
import { oneToken } from "../../sandbox/digitalocean/access";
import { Cloud } from "../../sandbox/digitalocean/cloud";
import { RateLimiter } from "../../sandbox/digitalocean/rate-limit";
import { buildApi } from "../../sandbox/digitalocean/server";
import { fileStore } from "../../sandbox/digitalocean/store";
import { RecordedHosts } from "../../test/sandbox/digitalocean/recorded-hosts";
import { fill } from "./account";

/** Room for two hundred public addresses. */
class PaperHosts extends RecordedHosts {
  override readonly ranges = { ...new RecordedHosts().ranges, public: ["203.0.113.0/24"] };
}

/**
 * A process that serves, for `fork`: `ours`, the sandbox's API over records of 200 droplets; or `peer`, a bare server
 * that answers with the bytes it is sent as a message, by path. Sends `{ url, token }` when it answers.
 */
async function main([which]: readonly string[]): Promise<void> {
  const token = randomBytes(16).toString("hex");
  const app = which === "ours" ? await ours(token) : peer();
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  process.send?.({ url, token });
  process.on("disconnect", () => process.exit());
}

async function ours(token: string): Promise<FastifyInstance> {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-bench-"));
  process.on("exit", () => {
    rmSync(directory, { recursive: true, force: true });
  });
  const log = (): void => undefined;
  const cloud = await Cloud.open({ store: fileStore(directory), hosts: new PaperHosts(), log });
  await fill(cloud);
  const limiter = new RateLimiter(systemClock, { enabled: false });
  return buildApi({ cloud, access: oneToken(token), limiter, log });
}

function peer(): FastifyInstance {
  const pages = new Map<string, Buffer>();
  process.on("message", (answers: Record<string, string>) => {
    for (const [path, text] of Object.entries(answers)) pages.set(path, Buffer.from(text));
    process.send?.({ known: pages.size });
  });
  const app = Fastify();
  app.get("/*", (request, reply) => reply.type("application/json; charset=utf-8").send(pages.get(request.url)));
  return app;
}

void main(process.argv.slice(2));
