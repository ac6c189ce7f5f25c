import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

import { request } from "undici";

import { failureOf, problemOfFailure } from "../../connections/failure";
import { issueAuthority } from "../../sandbox/tls/certificates";
import { FaultyApi, token } from "../sandbox/faults/faulty-api";

const account = { method: "GET", path: "/v2/account" };
const creation = { method: "POST", path: "/v2/droplets" };

/** The three clients that Node has. */
const clients: Readonly<Record<string, (url: string, signal?: AbortSignal) => Promise<unknown>>> = {
  undici: async (url, signal) => (await request(url, { ...(signal && { signal }) })).body.text(),
  fetch: async (url, signal) => (await fetch(url, { ...(signal && { signal }) })).text(),
  http: (url, signal) =>
    new Promise((resolve, reject) => {
      const client = url.startsWith("https") ? https : http;
      client.get(url, { agent: false, ...(signal && { signal }) }, resolve).on("error", reject);
    }),
};

describe.each(Object.entries(clients))("with %s", (_name, client) => {
  const failing = async (url: string, signal?: AbortSignal): Promise<unknown> => {
    try {
      await client(url, signal);
    } catch (error) {
      return error;
    }
    throw new Error(`${url} answers`);
  };

  test("a port where nobody listens refuses: nothing was sent", async () => {
    const error = await failing(`http://127.0.0.1:${await freePort()}`);
    expect(failureOf(error)).toEqual({ kind: "unreachable", reason: "refused", code: "ECONNREFUSED" });
    expect(problemOfFailure(error, creation)).toMatchObject({ code: "UNREACHABLE", retryable: true, ambiguous: false });
  });

  test("a name that nobody has can't be resolved: nothing was sent", async () => {
    const error = await failing("http://api.digitalocean.invalid");
    expect(failureOf(error)).toMatchObject({ kind: "unreachable", reason: "dns" });
    expect(problemOfFailure(error, creation)?.message).toMatch(/^POST \/v2\/droplets was not sent: the name .* DNS/);
  });

  test("a connection that ends without an answer is lost: a write may have been carried out", async () => {
    const server = await listening((socket) => socket.once("data", () => socket.end()));
    const error = await failing(server.url);
    expect(failureOf(error)).toMatchObject({ kind: "lost" });
    expect(problemOfFailure(error, creation)).toMatchObject({
      code: "CONNECTION_LOST",
      retryable: false,
      ambiguous: true,
    });
    expect(problemOfFailure(error, account)).toMatchObject({ retryable: true, ambiguous: false });
    await server.close();
  });

  test("what is no HTTP is a broken connection", async () => {
    const server = await listening((socket) => socket.end("good morning\r\n\r\n"));
    expect(failureOf(await failing(server.url))).toMatchObject({ kind: "lost", reason: "broken" });
    await server.close();
  });

  test("a server that never answers is a timeout", async () => {
    const server = await listening(() => undefined);
    const error = await failing(server.url, AbortSignal.timeout(50));
    // Node's own client hides the reason behind its AbortError, as the cause.
    expect(failureOf(error)).toMatchObject({ kind: "timeout", reason: "no-answer" });
    expect(problemOfFailure(error, creation)).toMatchObject({ code: "TIMEOUT", retryable: false, ambiguous: true });
    await server.close();
  });

  test("a certificate of somebody else's is not trusted, and that does not pass by itself", async () => {
    const api = await FaultyApi.open({ authority: await issueAuthority("somebody in between") });
    const error = await failing(`https://127.0.0.1:${api.securePort}`);
    expect(failureOf(error)).toMatchObject({ kind: "unreachable", reason: "tls" });
    expect(problemOfFailure(error, account)).toMatchObject({ transient: false, retryable: false });
    await api.close();
  });

  test("who gives up on purpose is no failure of the network", async () => {
    const server = await listening(() => undefined);
    const error = await failing(server.url, AbortSignal.abort());
    expect(failureOf(error)).toBeUndefined();
    expect(problemOfFailure(error, account)).toBeUndefined();
    await server.close();
  });
});

test("a reset by the sandbox is a lost connection", async () => {
  const api = await FaultyApi.open();
  api.add({ kind: "reset" });
  const error: unknown = await request(`${api.origin}/v2/account`, {
    headers: { authorization: `Bearer ${token}` },
  }).catch((caught: unknown) => caught);
  expect(failureOf(error)).toEqual({ kind: "lost", reason: "broken", code: "ECONNRESET" });
  await api.close();
});

test("an error of the program is no failure of the network", () => {
  expect(failureOf(new TypeError("x is not a function"))).toBeUndefined();
  expect(failureOf("ECONNREFUSED")).toBeUndefined();
});

async function freePort(): Promise<number> {
  const server = await listening(() => undefined);
  await server.close();
  return server.port;
}

interface Listening {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

async function listening(onConnection: (socket: Socket) => void): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
