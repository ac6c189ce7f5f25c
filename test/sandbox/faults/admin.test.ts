import type { FastifyInstance } from "fastify";

import { buildAdmin } from "../../../sandbox/admin/server";
import { faultRoutes, Faults } from "../../../sandbox/faults";

describe("the admin API of faults", () => {
  let app: FastifyInstance;
  const log: string[] = [];
  let origin: string;
  beforeEach(async () => {
    app = buildAdmin((line) => log.push(line));
    faultRoutes(app, new Faults());
    origin = await app.listen({ host: "127.0.0.1", port: 0 });
  });
  afterEach(() => app.close());

  const call = async (method: "GET" | "POST" | "DELETE", url: string, body?: object) => {
    const answer = await fetch(`${origin}${url}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === "" ? undefined : JSON.parse(text)) as unknown };
  };
  const challenge = { kind: "challenge", status: 503, route: "GET /v2/droplets/*", count: 2 };

  test("a fault is added, shown, listed and cleared", async () => {
    const added = await call("POST", "/faults", challenge);
    expect(added).toMatchObject({
      status: 201,
      body: { fault: { ...challenge, id: "challenge-1", matched: 0, struck: 0 } },
    });
    expect(await call("GET", "/faults/challenge-1")).toEqual({ status: 200, body: added.body });
    await call("POST", "/faults", { kind: "reset" });
    expect(await call("GET", "/faults")).toMatchObject({
      status: 200,
      body: { faults: [{ id: "challenge-1" }, { id: "reset-2" }] },
    });
    expect(await call("DELETE", "/faults/challenge-1")).toEqual({ status: 204, body: undefined });
    expect(await call("GET", "/faults")).toMatchObject({ body: { faults: [{ id: "reset-2" }] } });
  });

  test("all are cleared, and it says how many they were", async () => {
    await call("POST", "/faults", challenge);
    await call("POST", "/faults", challenge);
    expect(await call("DELETE", "/faults")).toEqual({ status: 200, body: { cleared: 2 } });
    expect(await call("DELETE", "/faults")).toEqual({ status: 200, body: { cleared: 0 } });
  });

  test("a definition that is none is refused in words", async () => {
    expect(await call("POST", "/faults", { ...challenge, status: 404 })).toEqual({
      status: 422,
      body: { message: "challenge: status has to be 403, 503 or 200." },
    });
    expect((await call("POST", "/faults")).status).toBe(422);
  });

  test("one that is not there is not found", async () => {
    const message = "there is no fault reset-9: `deploy4me sandbox fault list` says which there are";
    expect(await call("GET", "/faults/reset-9")).toEqual({ status: 404, body: { message } });
    expect(await call("DELETE", "/faults/reset-9")).toEqual({ status: 404, body: { message } });
  });
});
