import { createServer } from "node:http";

import { isAgentState } from "./agent-messages";
import type { AgentReply, AgentState } from "./agent-messages";
import { InstanceMetadataService } from "./instance-metadata";
import { metadataAt } from "./metadata";
import { serveNames } from "./resolver";

/**
 * The process in the router's namespace: metadata service and resolver. It knows what its parent tells it, and ends
 * with it. Its parent gives the addresses to listen on: `agent.js METADATA RESOLVER UPSTREAM`.
 */
async function main(metadataAddress: string, resolverAddress: string, upstream: string): Promise<void> {
  let state: AgentState = { sequence: 0, zones: [], serial: 1, metadata: [] };
  await serveMetadata(metadataAddress, () => state);
  await serveNames({
    address: resolverAddress,
    port: 53,
    upstream: { address: upstream, port: 53 },
    names: () => state,
  });
  process.on("message", (message) => {
    if (!isAgentState(message)) return;
    state = message;
    reply({ applied: message.sequence });
  });
  reply({ applied: 0 });
}

function reply(message: AgentReply): void {
  process.send?.(message);
}

/** Answers by who asks; whoever is no machine of this cloud finds nothing. */
function serveMetadata(address: string, current: () => AgentState): Promise<void> {
  const instances = new InstanceMetadataService();
  const server = createServer((request, response) => {
    const asker = request.socket.remoteAddress ?? "";
    const known = current().metadata.find(({ addresses }) => addresses.includes(asker));
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    if (known?.instance !== undefined) {
      const { method = "GET", headers } = request;
      const answer = instances.answer(known.instance, { method, path, headers });
      response.writeHead(answer.status, { "content-type": "text/plain", ...answer.headers });
      response.end(answer.body);
      return;
    }
    const readable = request.method === "GET" || request.method === "HEAD";
    const found = known !== undefined && readable ? metadataAt(known.document, path) : undefined;
    response.writeHead(found === undefined ? 404 : 200, { "content-type": found?.type ?? "text/plain; charset=utf-8" });
    response.end(found?.body ?? "not found\n");
  });
  server.requestTimeout = 10_000;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(80, address, resolve);
  });
}

process.once("disconnect", () => process.exit(0));
const [, , metadata = "", resolver = "", upstream = ""] = process.argv;
main(metadata, resolver, upstream).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
