import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

import { bodyOf, GuardProblem } from "./problems";

/** What a client may take, in milliseconds and numbers. */
export interface ListenerLimits {
  /** For the head of a request. Default: 10 s. */
  readonly headers: number;
  /** For a whole request. Default: 60 s. */
  readonly request: number;
  /** How often the two above are looked at. Default: 1 s. */
  readonly check: number;
  /** Connections at once. Default: 512. */
  readonly connections: number;
}

export const defaultListenerLimits: ListenerLimits = {
  headers: 10_000,
  request: 60_000,
  check: 1_000,
  connections: 512,
};

/**
 * Listens on loopback, on a port of the system's choice: only who is on this machine can reach it.
 * @returns the server and its port
 */
export async function listen(
  handle: RequestListener,
  limits: ListenerLimits,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(
    {
      headersTimeout: limits.headers,
      requestTimeout: limits.request,
      connectionsCheckingInterval: limits.check,
      maxHeaderSize: 32 * 1024,
      // Clients keep their connections; one that is closed while a create is on its way there is a failure nobody needs.
      keepAliveTimeout: 600_000,
      requireHostHeader: true,
      insecureHTTPParser: false,
    },
    handle,
  );
  server.maxConnections = limits.connections;
  const answering = countAnswers(server);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    const [status, message] = complaints[error.code ?? ""] ?? [400, "it is no HTTP as it should be"];
    // In the middle of an answer, a second one would be read as a part of it.
    if (error.code === "ECONNRESET" || answering(socket)) socket.destroy();
    else refuse(socket, status, message);
  });
  server.on("connect", (_request, socket: Duplex) => {
    refuse(socket, 405, "the guard is no proxy for other hosts");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // It listens on TCP.
  return { server, port: (server.address() as AddressInfo).port };
}

const complaints: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "its head is too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "it did not come to its end in time"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "its chunks are more extension than content"],
};

/** @returns whether an answer to something that came on the socket is being made */
function countAnswers(server: Server): (socket: Duplex) => boolean {
  const open = new WeakMap<Duplex, number>();
  const add = (socket: Duplex, more: number): void => void open.set(socket, (open.get(socket) ?? 0) + more);
  server.prependListener("request", (request, response) => {
    const { socket } = request;
    add(socket, 1);
    response.once("close", () => {
      add(socket, -1);
    });
  });
  return (socket) => (open.get(socket) ?? 0) > 0;
}

function refuse(socket: Duplex, status: number, why: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = bodyOf(new GuardProblem("REQUEST_REFUSED", `The guard refused this request: ${why}.`));
  const head = [
    `HTTP/1.1 ${status} Refused`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.on("error", () => undefined);
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => {
    socket.destroy();
  });
}
