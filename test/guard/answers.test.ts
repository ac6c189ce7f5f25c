import type { ServerResponse } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";

import type { Watch } from "../../guard/interfaces";
import { type Guarded, guarded, realToken } from "./guarded";
import { Scripted, sendJson } from "./scripted";

describe("an answer", () => {
  let api: Scripted | undefined;
  let through: Guarded | undefined;
  afterEach(async () => {
    await through?.close();
    await api?.close();
  });
  const before = async (
    answer: (response: ServerResponse, nth: number) => void,
    options: Parameters<typeof guarded>[1] = {},
  ): Promise<Guarded> => {
    api = await Scripted.open((response, _request, nth) => {
      answer(response, nth);
    });
    through = await guarded(api.url, { retry: { attempts: 3 }, ...options });
    return through;
  };
  const page = (status: number) => (response: ServerResponse) =>
    response.writeHead(status, { "content-type": "text/html" }).end("<html><title>Sorry</title></html>");

  test.each(["GET", "DELETE"])("that is a page with 404 does not mean «gone»: %s", async (method) => {
    const { ask } = await before(page(404));
    const answer = await ask(method, "/v2/droplets/1");
    expect(answer.status).toBe(424);
    expect(answer.json()).toMatchObject({
      id: "deploy4me_html",
      message: expect.stringContaining("status 404") as string,
    });
    expect(api?.arrived).toHaveLength(method === "GET" ? 3 : 1);
  });

  test("that is an empty 404 does not mean «gone»", async () => {
    const { ask } = await before((response) => response.writeHead(404).end());
    expect((await ask("GET", "/v2/droplets/1")).json()).toMatchObject({ id: "deploy4me_empty" });
  });

  test("of a network's sign-in page, which leads elsewhere, is not followed", async () => {
    const { ask } = await before((response) => {
      sendJson(response, { go: "away" }, 302, { location: "http://elsewhere.example/" });
    });
    const answer = await ask("GET", "/v2/account");
    expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_redirected"]);
    expect(api?.arrived).toHaveLength(1);
  });

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("that is packed although nobody asked for it is unpacked: %s", async (encoding, pack) => {
    const { ask } = await before((response) => {
      const headers = { "content-type": "application/json", "content-encoding": encoding };
      response.writeHead(200, headers).end(pack(JSON.stringify({ account: { email: "a@example.com" } })));
    });
    const answer = await ask("GET", "/v2/account");
    expect(api?.arrived[0]?.headers["accept-encoding"]).toBe("identity");
    expect(answer.headers.get("content-encoding")).toBeNull();
    expect(answer.json()).toEqual({ account: { email: "a@example.com" } });
  });

  test("whose packing is broken is no answer", async () => {
    const { ask } = await before((response) => {
      const headers = { "content-type": "application/json", "content-encoding": "gzip" };
      response.writeHead(200, headers).end(gzipSync('{"account":{}}').subarray(0, 20));
    });
    expect((await ask("GET", "/v2/account")).json()).toMatchObject({ id: "deploy4me_truncated" });
  });

  test("that unpacks to more than is held back is none either", async () => {
    const { ask } = await before(
      (response) => {
        const headers = { "content-type": "application/json", "content-encoding": "gzip" };
        response.writeHead(200, headers).end(gzipSync(JSON.stringify({ a: "a".repeat(1_000_000) })));
      },
      { limits: { heldBack: 100_000 } },
    );
    expect((await ask("GET", "/v2/account")).status).toBe(424);
  });

  test("in which the token stands, in a header or in the body, does not get it to the client", async () => {
    const { ask } = await before((response) => {
      sendJson(response, { debug: `Bearer ${realToken}`, more: 1 }, 200, { "x-debug": realToken });
    });
    const answer = await ask("GET", "/v2/account");
    expect(answer.json()).toEqual({ debug: "Bearer [token]", more: 1 });
    expect(JSON.stringify([...answer.headers])).not.toContain(realToken);
  });

  test("brings nothing along that is about another connection or another origin", async () => {
    const { ask } = await before((response) => {
      sendJson(response, {}, 200, {
        connection: "close, x-hop",
        "x-hop": "1",
        "set-cookie": "__cf_bm=1",
        "alt-svc": 'h3=":443"',
        "strict-transport-security": "max-age=1",
        "cf-ray": "8f0a1b2c3d4e5f60-FRA",
        "x-gateway": "edge",
      });
    });
    const { headers } = await ask("GET", "/v2/account");
    for (const name of ["x-hop", "set-cookie", "alt-svc", "strict-transport-security"])
      expect([name, headers.get(name)]).toEqual([name, null]);
    expect([headers.get("cf-ray"), headers.get("x-gateway")]).toEqual(["8f0a1b2c3d4e5f60-FRA", "edge"]);
  });

  test("to a write may be nothing at all", async () => {
    const { ask } = await before((response) => response.writeHead(202).end());
    expect((await ask("PUT", "/v2/databases/1/resize", { size: "x" })).status).toBe(202);
  });

  test("without a field that we rely on, as the watch says, is not handed on", async () => {
    const drift = { operation: "GET /v2/account", field: "account.uuid", expected: "a string", found: "missing" };
    const watch: Watch = {
      look: (request, status) => (request.path === "/v2/account" && status === 200 ? drift : undefined),
    };
    const { ask } = await before(
      (response) => {
        sendJson(response, { account: {} });
      },
      { watch },
    );
    const answer = await ask("GET", "/v2/account");
    expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_api_changed"]);
    expect(answer.text).toContain("account.uuid");
    expect((await ask("GET", "/v2/regions")).status).toBe(200);
  });

  test("of the API's own error names its request, for support", async () => {
    const { ask } = await before((response) => {
      sendJson(response, { id: "server_error", message: "Unexpected\u001b[31m", request_id: "7f4b-1" }, 500);
    });
    const { json, text } = await ask("GET", "/v2/account");
    expect(json()).toMatchObject({ id: "deploy4me_server_error", request_id: "7f4b-1" });
    expect(text).not.toContain("\\u001b");
  });
});
