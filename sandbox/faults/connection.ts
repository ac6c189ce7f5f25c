import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** The TCP connection below each one with TLS: only that one can be reset. */
const below = new WeakMap<Socket, Socket>();

/** Remembers what is below the connections of a server with TLS. To be called before it listens. */
export function rememberTransports(server: Server): void {
  const open = new Map<string, Socket>();
  server.on("connection", (transport: Socket) => {
    const name = nameOf(transport);
    open.set(name, transport);
    transport.once("close", () => open.delete(name));
  });
  server.on("secureConnection", (secure: TLSSocket) => {
    const transport = open.get(nameOf(secure));
    if (transport !== undefined) below.set(secure, transport);
  });
}

/** Ends a connection with a TCP reset: the client's kernel reports ECONNRESET. */
export function resetConnection(socket: Socket): void {
  const transport = below.get(socket) ?? socket;
  if (transport instanceof TLSSocket) throw new Error("the server's transports are not remembered");
  transport.resetAndDestroy();
}

/** Ends a connection in order, once everything that was written is out. */
export async function hangUp(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  const closed = once(socket, "close");
  socket.destroySoon();
  await closed;
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ""} ${remotePort ?? ""}`;
}
