import { FaultyApi, small, token } from "../sandbox/faults/faulty-api";
import { type Guarded, guarded, HandedToken } from "./guarded";

describe("through the guard", () => {
  let api: FaultyApi;
  let through: Guarded;
  beforeEach(async () => {
    api = await FaultyApi.open();
    through = await guarded(api.origin, { tokens: new HandedToken(token) });
  });
  afterEach(async () => {
    await through.close();
    await api.close();
  });

  test("a droplet is made, read, and deleted, and its answers are the API's to the byte", async () => {
    const made = await through.ask("POST", "/v2/droplets", { ...small, name: "web" });
    expect(made.status).toBe(202);
    await api.cloud.settled();
    const { id } = api.named("web")[0]!;
    const read = await through.ask("GET", `/v2/droplets/${id}`);
    const direct = await fetch(`${api.origin}/v2/droplets/${id}`, { headers: { authorization: `Bearer ${token}` } });
    expect(read.status).toBe(200);
    expect(read.text).toBe(await direct.text());
    expect((await through.ask("DELETE", `/v2/droplets/${id}`)).status).toBe(204);
    await api.cloud.settled();
    expect((await through.ask("GET", `/v2/droplets/${id}`)).json()).toMatchObject({ id: "not_found" });
  });

  test("limits and the request's id come along", async () => {
    const { headers } = await through.ask("GET", "/v2/account");
    expect(headers.get("ratelimit-limit")).toBe("5000");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});
