import { createSocket } from "node:dgram";
import type { Socket as UdpSocket } from "node:dgram";
import { connect, createServer } from "node:net";

/**
 * Whoever listens and knocks in a namespace: a process that does what its parent asks. Its listeners answer with the
 * address that they see the caller have, and their own name.
 */
export type Request =
  | {
      readonly do: "listen";
      readonly host?: string;
      readonly protocol: "tcp" | "udp";
      readonly port: number;
      readonly name: string;
    }
  | {
      readonly do: "knock";
      readonly protocol: "tcp" | "udp";
      readonly host: string;
      readonly port: number;
      readonly from?: string;
    }
  | { readonly do: "flow"; readonly host: string; readonly port: number }
  | { readonly do: "fetch"; readonly url: string };

export interface Reply {
  readonly id: number;
  readonly answer?: string;
  readonly error?: string;
}

/** Long enough for an answer on a busy machine; what takes longer is silence. */
const silenceMs = 700;

const flows = new Map<string, UdpSocket>();

function perform(request: Request): Promise<string> {
  switch (request.do) {
    case "listen":
      return request.protocol === "tcp"
        ? listenTcp(request.port, request.name)
        : listenUdp(request.port, request.name, request.host);
    case "knock":
      return request.protocol === "tcp" ? knockTcp(request) : knockUdp(createSocketFor(request.host), request, true);
    case "flow": {
      const key = `${request.host} ${request.port}`;
      const socket = flows.get(key) ?? createSocketFor(request.host);
      flows.set(key, socket);
      return knockUdp(socket, request, false);
    }
    case "fetch":
      return fetch(request.url, { signal: AbortSignal.timeout(5_000) }).then(async (response) =>
        response.ok ? response.text() : String(response.status),
      );
  }
}

function listenTcp(port: number, name: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(`${name} sees ${seen(socket.remoteAddress)}`);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "::", () => {
      resolve("listens");
    });
  });
}

function listenUdp(port: number, name: string, host = "::"): Promise<string> {
  const socket = createSocketFor(host);
  socket.on("message", (_, { address, port: back }) => {
    socket.send(`${name} sees ${seen(address)}`, back, address);
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, host, () => {
      resolve("listens");
    });
  });
}

function seen(address: string | undefined): string {
  return (address ?? "nobody").replace(/^::ffff:/, "");
}

function knockTcp({ host, port, from }: { host: string; port: number; from?: string }): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(from !== undefined && { localAddress: from }) });
    let heard = "";
    const end = (answer: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      end("silence");
    }, silenceMs);
    socket.on("data", (text) => (heard += text.toString()));
    socket.once("end", () => {
      end(heard);
    });
    socket.once("error", (error) => {
      end("code" in error ? String(error.code) : error.message);
    });
  });
}

function createSocketFor(host: string): UdpSocket {
  return createSocket(host.includes(":") ? "udp6" : "udp4");
}

function knockUdp(socket: UdpSocket, { host, port }: { host: string; port: number }, last: boolean): Promise<string> {
  return new Promise((resolve) => {
    const end = (answer: string) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      if (last) socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      end("silence");
    }, silenceMs);
    socket.once("message", (text) => {
      end(text.toString());
    });
    socket.once("error", (error) => {
      end("code" in error ? String(error.code) : error.message);
    });
    socket.send("knock", port, host, (error) => {
      if (error !== null) end("code" in error ? String(error.code) : error.message);
    });
  });
}

process.once("disconnect", () => process.exit(0));
process.on("message", ({ id, request }: { id: number; request: Request }) => {
  perform(request).then(
    (answer) => process.send?.({ id, answer } satisfies Reply),
    (error: unknown) => process.send?.({ id, error: String(error) } satisfies Reply),
  );
});
