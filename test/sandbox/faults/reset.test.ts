import { connect } from "node:tls";

import { issueAuthority } from "../../../sandbox/tls/certificates";
import { talk } from "./client";
import { FaultyApi, small, token } from "./faulty-api";

const create = { method: "POST", path: "/v2/droplets", body: { ...small, name: "web" } };

describe("a reset connection", () => {
  let api: FaultyApi;
  beforeEach(async () => {
    api = await FaultyApi.open();
  });
  afterEach(() => api.close());

  test("before the write: not a byte, a TCP reset, and no droplet", async () => {
    api.add({ kind: "reset", route: "POST /v2/droplets", count: 1 });
    expect(await api.hear(create)).toEqual({ bytes: "", end: "reset" });
    expect(api.named("web")).toEqual([]);
    expect((await api.ask(create)).status).toBe(202);
  });

  test("after the write: not a byte, a TCP reset, and the droplet is there", async () => {
    api.add({ kind: "reset", applied: true, route: "POST /v2/droplets", count: 1 });
    expect(await api.hear(create)).toEqual({ bytes: "", end: "reset" });
    expect(api.named("web")).toHaveLength(1);
    await api.cloud.settled();
    expect(api.hosts.machines.size).toBe(1);
  });

  test("after a write that was refused, there is none to lose: the answer comes", async () => {
    const id = api.add({ kind: "reset", applied: true, route: "POST /v2/droplets", count: 1 });
    expect((await api.post("/v2/droplets", { ...small, name: "no_name" })).status).toBe(422);
    expect(api.faults.get(id)).toMatchObject({ matched: 0, struck: 0 });
    expect((await api.hear(create)).end).toBe("reset");
  });

  test("a client that sends the create again has two droplets", async () => {
    api.add({ kind: "reset", applied: true, route: "POST /v2/droplets", count: 1 });
    const send = (): Promise<Response> =>
      fetch(`${api.origin}/v2/droplets`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(create.body),
      });
    const first = await send().catch((error: unknown) => error);
    expect(first).toMatchObject({ cause: { code: expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/) as string } });
    expect((await send()).status).toBe(202);
    expect(api.named("web")).toHaveLength(2);
  });

  test("over a connection that is kept, what came before is not lost", async () => {
    api.add({ kind: "reset", route: "GET /v2/account", skip: 1 });
    expect((await api.ask({ path: "/v2/account", connection: "close" })).status).toBe(200);
    expect(await api.hear({ path: "/v2/account", connection: "keep-alive" })).toEqual({ bytes: "", end: "reset" });
  });
});

test.each([false, true])("a connection with TLS is reset as well (applied: %s)", async (applied) => {
  const authority = await issueAuthority("a test");
  const api = await FaultyApi.open({ authority });
  try {
    const dial = () =>
      connect({ host: "127.0.0.1", port: api.securePort, ca: authority.certificate, servername: "localhost" });
    api.add({ kind: "reset", applied, route: "POST /v2/droplets", count: 1 });
    expect(await talk(dial(), { ...create, token })).toEqual({ bytes: "", end: "reset" });
    expect(api.named("web")).toHaveLength(applied ? 1 : 0);
    expect((await talk(dial(), { path: "/v2/account", token })).bytes).toMatch(/^HTTP\/1.1 200 OK/);
  } finally {
    await api.close();
  }
});
