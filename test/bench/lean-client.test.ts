import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from "node:net";

import { LeanClient } from "../../bench/guard/lean-client";

/** The client that the guard is measured by: a wrong count of bytes would end a call early, and make the guard faster than it is. */
describe("the client of the guard's benchmark", () => {
  let server: Server | TcpServer;
  let client: LeanClient;
  let address: string;
  afterEach(async () => {
    await client.close();
    server.close();
    await once(server, "close");
  });

  const open = async (made: Server | TcpServer): Promise<void> => {
    server = made.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = new LeanClient(address);
  };
  const serve = (listener: RequestListener): Promise<void> => open(createServer(listener));
  const get = { method: "GET", path: "/a", headers: {} };

  test("waits for the whole of a long answer, on one connection for all", async () => {
    const ports = new Set<number | undefined>();
    await serve((request, response) => {
      ports.add(request.socket.remotePort);
      const body = Buffer.alloc(3_000_000, "x");
      response.setHeader("content-length", body.length);
      response.write(body.subarray(0, 1_000_000));
      setTimeout(() => response.end(body.subarray(1_000_000)), 20);
    });
    expect([await client.send(get), await client.send(get)]).toEqual([3_000_000, 3_000_000]);
    expect(ports.size).toBe(1);
  });

  test("sends what it is given, and takes an answer without a body", async () => {
    let seen: unknown;
    await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method, url, headers } = request;
        seen = [
          method,
          url,
          headers.host === new URL(address).host,
          headers["content-type"],
          String(Buffer.concat(chunks)),
        ];
        response.writeHead(201, { "content-length": 0 }).end();
      });
    });
    const headers = { "content-type": "application/json" };
    expect(await client.send({ method: "POST", path: "/b", headers, body: '{"ä":1}' })).toBe(0);
    expect(seen).toEqual(["POST", "/b", true, "application/json", '{"ä":1}']);
  });

  test("takes a head that comes in pieces, with the body's beginning behind it", async () => {
    const pieces = ["HTTP/1.1 200 OK\r\nconte", "nt-length: 5\r", "\n\r\nab", "cde"];
    await open(
      createTcpServer((socket) => {
        socket.setNoDelay().on("error", () => undefined);
        socket.once("data", () => {
          pieces.forEach((piece, at) => setTimeout(() => socket.write(piece), 20 * at));
        });
      }),
    );
    expect(await client.send(get)).toBe(5);
  });

  test.each([
    ["is no success", 503, { "content-length": 2 }, "ok", /answered with 503/],
    ["does not say its length", 200, { "transfer-encoding": "chunked" }, "ok", /without its length/],
    ["ends early", 200, { "content-length": 10 }, "ok", /before the answer did/],
  ])("fails on an answer that %s", async (_, status, headers, body, message) => {
    await serve((request, response) => {
      response.writeHead(status, headers).write(body, () => setTimeout(() => request.socket.destroy(), 20));
    });
    await expect(client.send(get)).rejects.toThrow(message);
  });
});
