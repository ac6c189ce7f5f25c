import { connect } from "node:net";

import { ManualClock } from "../../../sandbox/clock";
import { token, TestApi } from "./api";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("an answer that is an error", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open({ clock: new ManualClock(new Date("2026-01-01T00:00:00Z")) });
  });
  afterEach(() => api.close());

  /** As `curl` has it: what is no operation of the API can't be held against the description. */
  const send = async (method: string, path: string, body?: string, type = "application/json") => {
    const response = await fetch(`${api.origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": type },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const content = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: response.status, headers: response.headers, content };
  };

  test.each([
    ["an unknown path", "GET", "/v2/nowhere", undefined, 404, "not_found"],
    ["an unknown path outside the API", "GET", "/", undefined, 404, "not_found"],
    ["another method than there is", "PATCH", "/v2/account", "{}", 405, "method_not_allowed"],
    ["a body that is no JSON", "POST", "/v2/tags", "{'name'", 400, "bad_request"],
    ["a body that is something else", "POST", "/v2/tags", "[1, 2]", 422, "unprocessable_entity"],
    ["no body where one belongs", "POST", "/v2/tags", "", 422, "unprocessable_entity"],
    ["a body that is too large", "POST", "/v2/tags", `"${"x".repeat(1024 * 1024)}"`, 413, "request_entity_too_large"],
    ["a path that can't be decoded", "GET", "/v2/tags/%E0%A4", undefined, 400, "bad_request"],
    ["a very long name", "GET", `/v2/tags/${"x".repeat(255)}`, undefined, 404, "not_found"],
    ["one that is too long", "GET", `/v2/tags/${"x".repeat(2000)}`, undefined, 414, "uri_too_long"],
    ["a null byte", "GET", "/v2/tags/a%00b", undefined, 404, "not_found"],
  ])("to %s has the original's form", async (_, method, path, body, status, id) => {
    const answer = await send(method, path, body);
    expect([answer.status, answer.content.id]).toEqual([status, id]);
    expect(Object.keys(answer.content)).toEqual(["id", "message", "request_id"]);
    expect(answer.content.request_id).toMatch(uuid);
    expect(answer.content.request_id).toBe(answer.headers.get("x-request-id"));
    expect(answer.headers.get("content-type")).toMatch("application/json");
  });

  test("to a form says that JSON is wanted", async () => {
    const answer = await send("POST", "/v2/tags", "name=office", "application/x-www-form-urlencoded");
    expect([answer.status, answer.content.id]).toEqual([415, "unsupported_media_type"]);
  });

  test("says which methods there are", async () => {
    expect((await send("PUT", "/v2/tags", "{}")).headers.get("allow")).toBe("GET, POST");
  });

  test("says nothing to whoever has no token, not even what there is not", async () => {
    for (const path of ["/v2/nowhere", "/v2/account"]) {
      expect((await fetch(`${api.origin}${path}`, { method: "PUT" })).status).toBe(401);
    }
  });

  test("of our own making says nothing about the inside; the log does", async () => {
    api.hosts.refuse("setNetworks", "the bridge d4m0 is gone");
    const answer = await send("POST", "/v2/vpcs", JSON.stringify({ name: "office", region: "fra1" }));
    expect([answer.status, answer.content.id]).toEqual([500, "server_error"]);
    expect(JSON.stringify(answer.content)).not.toContain("d4m0");
    expect(api.log.join("\n")).toContain("the bridge d4m0 is gone");
  });

  test("to HEAD has no body", async () => {
    const answer = await send("HEAD", "/v2/droplets/7");
    expect([answer.status, answer.content]).toEqual([404, {}]);
    expect((await send("HEAD", "/v2/account")).status).toBe(200);
  });

  test("to what is no HTTP is one all the same, and the next client is answered", async () => {
    expect(await raw("NONSENSE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*"id":"bad_request"/);
    const head = `GET /v2/account HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(100_000)}\r\n\r\n`;
    expect(await raw(head)).toMatch(/^HTTP\/1\.1 431 [^]*"request_id":/);
    expect((await send("GET", "/v2/account")).status).toBe(200);
  });

  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(api.origin);
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let received = "";
      socket.setEncoding("latin1");
      socket.on("data", (chunk: string) => (received += chunk));
      socket.on("error", reject);
      socket.on("close", () => {
        resolve(received);
      });
    });
  }
});
