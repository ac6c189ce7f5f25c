import { networkInterfaces } from "node:os";
import { connect } from "node:net";
import { once } from "node:events";

import { type Guarded, guarded } from "./guarded";
import { RawConnection } from "./raw";
import { Scripted, sendJson } from "./scripted";

describe("the guard's door", () => {
  let api: Scripted;
  let through: Guarded;
  beforeEach(async () => {
    api = await Scripted.open((response) => {
      sendJson(response, { droplets: [] });
    });
    through = await guarded(api.url, {
      limits: { headers: 300, request: 600, check: 50, requestBody: 1000, connections: 20 },
    });
  });
  afterEach(async () => {
    await through.close();
    await api.close();
  });

  const host = (): string => new URL(through.url).host;
  const head = (line: string, ...fields: string[]): string => {
    const named = fields.some((field) => /^host:/i.test(field)) ? [] : [`host: ${host()}`];
    return [line, ...named, `authorization: Bearer ${through.ticket}`, ...fields, "", ""].join("\r\n");
  };
  const raw = (text: string): Promise<string> => RawConnection.to(through.url).say(text).closed;
  const close = "connection: close";

  test("is on loopback alone", async () => {
    const { port } = new URL(through.url);
    const outside = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of [...outside, { address: "127.0.0.2" }]) {
      const socket = connect({ host: address, port: Number(port) });
      const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
      expect([address, error.code]).toEqual([address, "ECONNREFUSED"]);
    }
  });

  test.each([
    ["a whole address", "GET http://api.digitalocean.com/v2/droplets HTTP/1.1"],
    ["its own whole address", "GET http://127.0.0.1/v2/droplets HTTP/1.1"],
    ["a path that is an address", "GET //elsewhere.example/v2 HTTP/1.1"],
    ["no path", "OPTIONS * HTTP/1.1"],
    ["a path upwards", "GET /v2/../v1/oauth/token HTTP/1.1"],
    ["a path upwards at its end", "GET /v2/droplets/.. HTTP/1.1"],
    ["an encoded path upwards", "GET /v2/%2e%2E/v1 HTTP/1.1"],
    ["an encoded slash upwards", "GET /v2/..%2fv1 HTTP/1.1"],
    ["a path that is encoded twice", "GET /v2/%252e%252e%252fv1 HTTP/1.1"],
    ["a path that is encoded more often than anybody decodes", "GET /v2/%25252525252e HTTP/1.1"],
    ["a backslash", "GET /v2/..\\v1 HTTP/1.1"],
    ["an encoded line end", "GET /v2/droplets%0d%0aX:1 HTTP/1.1"],
    ["an encoded zero byte", "GET /v2/droplets%00 HTTP/1.1"],
    ["an encoding that is none", "GET /v2/%zz HTTP/1.1"],
    ["a fragment", "GET /v2/droplets#x HTTP/1.1"],
    ["a method of another protocol", "PROPFIND /v2/droplets HTTP/1.1"],
    ["TRACE", "TRACE /v2/droplets HTTP/1.1"],
  ])("refuses %s", async (_what, line) => {
    const answer = await raw(head(line, close));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"id":"deploy4me_request_refused"');
    expect(api.arrived).toEqual([]);
  });

  test.each([
    ["of a page that was led here by its own name", "host: evil.example"],
    ["of the API itself", "host: api.digitalocean.com"],
    ["without a port", "host: 127.0.0.1"],
  ])("refuses a host %s", async (_what, field) => {
    expect(await raw(head("GET /v2/droplets HTTP/1.1", field, close))).toContain("deploy4me_request_refused");
    expect(api.arrived).toEqual([]);
  });

  test("refuses to be a proxy for other hosts", async () => {
    const answer = await raw(head("CONNECT api.digitalocean.com:443 HTTP/1.1", "host: api.digitalocean.com:443"));
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).toContain("deploy4me_request_refused");
  });

  test("refuses another protocol", async () => {
    const upgrade = head("GET /v2/droplets HTTP/1.1", "connection: upgrade", "upgrade: websocket");
    const connection = RawConnection.to(through.url).say(upgrade);
    expect(await connection.until("another protocol")).toMatch(/^HTTP\/1\.1 400 /);
    connection.socket.destroy();
    expect(api.arrived).toEqual([]);
  });

  test.each([
    ["two lengths", ["content-length: 5", "content-length: 50"]],
    ["a length and chunks", ["content-length: 5", "transfer-encoding: chunked"]],
    ["chunks under another name", ["transfer-encoding: xchunked"]],
    ["chunks and something else", ["transfer-encoding: chunked, identity"]],
    ["a length with a sign", ["content-length: +5"]],
    ["a field that is folded", ["x-a: 1", " b: 2"]],
    ["a field with a blank before its colon", ["content-length : 5"]],
    ["a line end in a field", ["x-a: 1\rcontent-length: 5"]],
  ])("takes no request within a request: %s", async (_what, fields) => {
    const smuggled = `0\r\n\r\nGET /v2/smuggled HTTP/1.1\r\nhost: ${host()}\r\nauthorization: Bearer ${through.ticket}\r\n\r\n`;
    const answer = await raw(head("POST /v2/droplets HTTP/1.1", close, ...fields) + smuggled);
    // Where the parser gives up in the middle of the request, the connection ends without more.
    expect(answer).toMatch(/^(HTTP\/1\.1 400 |$)/);
    expect(answer).not.toMatch(/HTTP\/1[^]*HTTP\/1/);
    expect(api.arrived).toEqual([]);
  });

  test("sends a body on as one of known length, whatever it came in", async () => {
    const fields = ["transfer-encoding: chunked", "content-type: application/json", close, "te: trailers", "x-a: 1"];
    await raw(head("POST /v2/droplets HTTP/1.1", ...fields) + "3;x=y\r\n{}\n\r\n0\r\nx-trailer: 1\r\n\r\n");
    expect(api.arrived).toMatchObject([{ body: "{}\n", headers: { "content-length": "3", "x-a": "1" } }]);
    for (const name of ["transfer-encoding", "te", "trailer", "x-trailer"])
      expect(Object.keys(api.arrived[0]!.headers)).not.toContain(name);
  });

  test("answers requests on one connection in their order", async () => {
    const one = head("GET /v2/droplets HTTP/1.1");
    const connection = RawConnection.to(through.url).say(one).say(head("GET /v2/../x HTTP/1.1")).say(one);
    const heard = await connection.until(/200 OK[^]*400 Bad[^]*200 OK/);
    connection.socket.destroy();
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 400", "HTTP/1.1 200"]);
  });

  test("refuses a head without end", async () => {
    const answer = await raw(head("GET /v2/droplets HTTP/1.1", `x-large: ${"a".repeat(40_000)}`));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain("deploy4me_request_refused");
  });

  test("refuses what is no HTTP", async () => {
    expect(await raw("\u0016\u0003\u0001\u0002\u0000\u0001\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw("GET /v2/droplets HTTP/9.9\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each([
    ["its length says so", ["content-length: 1001"], ""],
    ["it turns out", ["transfer-encoding: chunked"], `400\r\n${"a".repeat(1024)}\r\n`],
  ])("refuses a body that is too large, as soon as %s", async (_what, fields, body) => {
    const connection = RawConnection.to(through.url).say(head("POST /v2/droplets HTTP/1.1", ...fields) + body);
    expect(await connection.until("deploy4me_request_too_large")).toMatch(/^HTTP\/1\.1 413 /);
    await connection.closed;
    expect(api.arrived).toEqual([]);
  });

  test("reads no body of whoever has no ticket", async () => {
    const connection = RawConnection.to(through.url);
    connection.say(`POST /v2/droplets HTTP/1.1\r\nhost: ${host()}\r\ncontent-length: 900\r\n\r\n`);
    expect(await connection.until("deploy4me_ticket_unknown")).toMatch(/^HTTP\/1\.1 401 /);
    await connection.closed;
  });

  test("waits for no head that comes slowly, however long a request may take", async () => {
    const patient = await guarded(api.url, { limits: { headers: 300, request: 600_000, check: 50 } });
    const connection = RawConnection.to(patient.url).say("GET /v2/droplets HTTP/1.1\r\nx-slow: 1");
    const dripping = setInterval(() => connection.say("a"), 20);
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(dripping);
    await patient.close();
  });

  test("waits for no body that comes slowly", async () => {
    const connection = RawConnection.to(through.url).say(head("POST /v2/droplets HTTP/1.1", "content-length: 900"));
    const dripping = setInterval(() => connection.say("a"), 20);
    await connection.closed;
    clearInterval(dripping);
    expect(api.arrived).toEqual([]);
  });

  test("lets nobody take all of its connections for good", async () => {
    const many = Array.from({ length: 40 }, () => RawConnection.to(through.url).say("GET / HTTP/1.1\r\n"));
    await Promise.all(many.map(({ closed }) => closed));
    expect((await through.ask("GET", "/v2/droplets")).status).toBe(200);
  });

  test("lets encoded names through that are only names", async () => {
    for (const path of [
      "/v2/tags/env%3Aprod",
      "/v2/registry/x/repositories/my%2Frepo",
      "/v2/domains/..example",
      "/v2/a%20b",
    ])
      expect([path, (await through.ask("GET", `${path}?name=a%2Fb&x=../y`)).status]).toEqual([path, 200]);
    expect(api.arrived.map(({ url }) => url)).toContain("/v2/registry/x/repositories/my%2Frepo?name=a%2Fb&x=../y");
  });
});
