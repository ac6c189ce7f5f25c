import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

import { checkDigitalOcean } from "../../../connections/digitalocean/check";
import { sentence } from "../../../connections/sentence";
import type { Verdict } from "../../../connections/verdict";
import { issueAuthority } from "../../../sandbox/tls/certificates";

const token = "dop_v1_of_a_check";

function check(apiUrl: string, timeoutMs = 5000): Promise<Verdict> {
  return checkDigitalOcean({ apiUrl, token, timeoutMs });
}

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** A server that does with each connection what it is told to. */
async function tcp(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function http(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("the network is down", () => {
  test("when the connection is refused", async () => {
    const server = createTcpServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const verdict = await check(`http://127.0.0.1:${port}`);
    expect(verdict).toEqual({
      kind: "network-down",
      reason: "refused",
      cause: "its address refuses the connection (ECONNREFUSED)",
    });
    expect(sentence(verdict)).toContain("DIGITALOCEAN_API_URL");
  });

  test("when the name can't be resolved", async () => {
    const verdict = await check("https://api.digitalocean.invalid");
    expect(verdict).toMatchObject({ kind: "network-down", reason: "dns" });
    expect(sentence(verdict)).toMatch(/name can't be resolved .*Check this machine's network and DNS/);
  });

  test("when nobody answers, within the time that was given", async () => {
    let connections = 0;
    const url = await tcp(() => connections++);
    const begun = performance.now();
    const verdict = await check(url, 400);
    expect(verdict).toMatchObject({ kind: "network-down", reason: "no-answer" });
    // It would wait for ever.
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(connections).toBeGreaterThan(0);
  });

  test("when the answer never comes to its end, within the time that was given", async () => {
    const url = await http((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"account":');
    });
    expect(await check(url, 400)).toMatchObject({ kind: "network-down", reason: "no-answer" });
  });

  test("when the connection breaks each time", async () => {
    const url = await tcp((socket) => socket.once("data", () => socket.resetAndDestroy()));
    expect(await check(url)).toMatchObject({ kind: "network-down", reason: "broken" });
  });

  test("when somebody else's certificate is shown, and asks no second time", async () => {
    const { certificate, privateKey } = await issueAuthority("somebody in between");
    let connections = 0;
    const server = createTlsServer({ cert: certificate, key: privateKey }).listen(0, "127.0.0.1");
    server.on("connection", () => connections++).on("tlsClientError", () => undefined);
    await once(server, "listening");
    const verdict = await check(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(verdict).toMatchObject({ kind: "network-down", reason: "tls" });
    expect(sentence(verdict)).toContain("proxy of your network");
    expect(connections).toBe(1);
    server.close();
    await once(server, "close");
  });
});

test("a page of the network's own is told as one", async () => {
  const url = await http((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<html><title>Hotel guest network: sign in</title></html>");
  });
  const verdict = await check(url);
  expect(verdict).toMatchObject({ kind: "provider-down", status: 200 });
  expect(sentence(verdict)).toMatch(/«Hotel guest network: sign in».*proxy or sign-in page of your network/);
});

test("a redirect is not followed: the token would go elsewhere", async () => {
  const seen: (string | undefined)[] = [];
  const elsewhere = await http(({ headers }, response) => {
    seen.push(headers.authorization);
    response.end("{}");
  });
  const url = await http((_request, response) => {
    response.writeHead(302, { location: `${elsewhere}/v2/account` });
    response.end();
  });
  expect(await check(url)).toMatchObject({ kind: "api-changed", problem: expect.stringContaining("302") as unknown });
  expect(seen).toEqual([]);
});

test("an answer that has no end is cut off", async () => {
  const url = await http((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = (): void => void response.write("[".repeat(65_536), (error) => error ?? setImmediate(more));
    more();
  });
  expect(await check(url)).toMatchObject({ kind: "provider-down", status: 200 });
});

test("a limit of which nothing is told lasts for a minute", async () => {
  const url = await http((_request, response) => {
    response.writeHead(429, { "content-type": "application/json", "retry-after": "soon", "ratelimit-reset": "-1" });
    response.end('{"id":"too_many_requests","message":"Too many requests"}');
  });
  const asked = Date.now();
  const verdict = await check(url);
  if (verdict.kind !== "rate-limited") throw new Error(verdict.kind);
  expect(Math.round((verdict.until.getTime() - asked) / 60_000)).toBe(1);
});

test("a locked account is no account to work with", async () => {
  const account = {
    uuid: "u",
    status: "locked",
    status_message: "Please\u001b[2J pay.",
    email: "a@b.example",
    droplet_limit: 1,
  };
  const url = await http((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ account: { ...account, floating_ip_limit: 1, email_verified: true } }));
  });
  const verdict = await check(url);
  expect(verdict).toMatchObject({ kind: "locked", account: { uuid: "u" } });
  expect(sentence(verdict)).toContain("(«Please [2J pay.»). Ask DigitalOcean's support");
});

test("a guard's own words are handed on", async () => {
  const message = "The connection «office» has to be made anew. Run: deploy4me connect digitalocean";
  const url = await http((_request, response) => {
    response.writeHead(424, { "content-type": "application/json" });
    response.end(JSON.stringify({ id: "deploy4me_reconnect_needed", message, request_id: "x" }));
  });
  const verdict = await check(url);
  expect(verdict).toEqual({ kind: "guard-problem", code: "RECONNECT_NEEDED", message });
  expect(sentence(verdict)).toBe(message);
});

test("no connection is left behind", async () => {
  const server = createServer((_request, response) => {
    response.writeHead(401, { "content-type": "application/json" });
    response.end('{"id":"unauthorized","message":"Unable to authenticate you"}');
  });
  // By itself it would keep the connection for ever.
  server.keepAliveTimeout = 0;
  const closed = once(server, "connection").then(([socket]) => once(socket as Socket, "close"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  expect(await check(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).toEqual({ kind: "revoked" });
  await closed;
  server.close();
  await once(server, "close");
});

test("an API below a path is asked there", async () => {
  const paths: (string | undefined)[] = [];
  const url = await http((request, response) => {
    paths.push(request.url);
    response.writeHead(401, { "content-type": "application/json" });
    response.end('{"id":"unauthorized","message":"Unable to authenticate you"}');
  });
  expect(await check(`${url}/mirror/`)).toEqual({ kind: "revoked" });
  expect(paths).toEqual(["/mirror/v2/account"]);
});

test.each(["", "api.digitalocean.com", "ftp://api.digitalocean.com", "file:///etc/passwd"])(
  "%j is no address of an API, and that is the caller's mistake",
  async (apiUrl) => {
    await expect(check(apiUrl)).rejects.toThrow(TypeError);
  },
);

test("the token is in no verdict", async () => {
  const url = await http(({ headers }, response) => {
    const id = headers.authorization ?? "";
    response.writeHead(500, { "content-type": "application/json" });
    response.end(JSON.stringify({ id, message: id }));
  });
  const verdict = await check(url);
  expect(JSON.stringify(verdict) + sentence(verdict)).not.toContain(token);
});
