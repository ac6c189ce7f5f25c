import { ManualClock } from "../../../sandbox/clock";
import type { Access } from "../../../sandbox/digitalocean/access";
import { FaultyApi, token } from "./faulty-api";

const noon = new Date("2026-01-01T12:00:00Z");

describe("faults in the API's own form", () => {
  let api: FaultyApi;
  beforeEach(async () => {
    api = await FaultyApi.open({ clock: new ManualClock(noon) });
  });
  afterEach(() => api.close());

  test("too many requests in an hour: nothing remains, and no word of when to come back but the reset", async () => {
    api.add({ kind: "rate-limited" });
    const answer = await api.get("/v2/account");
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "ratelimit-limit": "5000",
      "ratelimit-remaining": "0",
      "ratelimit-reset": String(noon.getTime() / 1000 + 1200),
    });
    expect(answer.headers["retry-after"]).toBeUndefined();
    expect(JSON.parse(answer.body)).toEqual({
      id: "too_many_requests",
      message: "API Rate limit exceeded.",
      request_id: answer.headers["x-request-id"],
    });
  });

  test("too many in a minute: with retry-after", async () => {
    api.add({ kind: "rate-limited", retryAfter: 7 });
    const { status, headers } = await api.get("/v2/account");
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      "retry-after": "7",
      "ratelimit-remaining": "0",
      "ratelimit-reset": String(noon.getTime() / 1000 + 7),
    });
  });

  test.each([
    [500, "internal_server_error"],
    [502, "bad_gateway"],
    [503, "service_unavailable"],
  ])("%d is JSON with the id %s", async (status, id) => {
    api.add({ kind: "server-error", status });
    const answer = await api.get("/v2/droplets");
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ id, request_id: answer.headers["x-request-id"] });
  });

  test("in place of an answer, an error has the headers of the limits", async () => {
    api.add({ kind: "server-error", applied: true });
    expect((await api.get("/v2/account")).headers).toMatchObject({ "ratelimit-remaining": "4999" });
  });

  test("404 on a droplet that exists", async () => {
    const id = await api.droplet("web");
    api.add({ kind: "not-found", route: "GET /v2/droplets/*", count: 1 });
    const answer = await api.get(`/v2/droplets/${id}`);
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({
      id: "not_found",
      message: "The resource you were accessing could not be found.",
    });
    expect((await api.get(`/v2/droplets/${id}`)).status).toBe(200);
  });

  test("a token that can't be revoked is refused from some request on, until the fault is cleared", async () => {
    const id = api.add({ kind: "token-revoked", skip: 1 });
    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await api.get("/v2/account")).status);
    expect(statuses).toEqual([200, 401, 401]);
    api.faults.clear(id);
    expect((await api.get("/v2/account")).status).toBe(200);
  });

  test("what a refused token gets does not tell it from one that is unknown", async () => {
    api.add({ kind: "token-revoked", token });
    const refused = await api.get("/v2/account");
    const unknown = await api.ask({ path: "/v2/account", token: "unknown" });
    const words = ({ body }: { body: string }) => ({ ...(JSON.parse(body) as object), request_id: "" });
    expect(words(refused)).toEqual(words(unknown));
    expect(refused.status).toBe(unknown.status);
  });
});

test("a token that can be revoked is revoked for good", async () => {
  const revoked: string[] = [];
  const access: Access = {
    authenticate: (given) => (given === token && revoked.length === 0 ? { id: "first", scopes: "all" } : undefined),
    revoke: (id) => revoked.push(id) > 0,
  };
  const api = await FaultyApi.open({ access });
  try {
    const id = api.add({ kind: "token-revoked", skip: 1 });
    expect((await api.get("/v2/account")).status).toBe(200);
    const answer = await api.get("/v2/account");
    expect(answer.status).toBe(401);
    // It is the API's own answer.
    expect(answer.headers["x-sandbox-fault"]).toBeUndefined();
    expect(revoked).toEqual(["first"]);
    api.faults.clear(id);
    expect((await api.get("/v2/account")).status).toBe(401);
  } finally {
    await api.close();
  }
});
