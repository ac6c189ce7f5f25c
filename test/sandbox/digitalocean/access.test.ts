import { type Access, isPermitted, manyTokens } from "../../../sandbox/digitalocean/access";
import { operations } from "../../../sandbox/digitalocean/coverage";
import { small, TestApi } from "./api";

const access: Access = manyTokens({
  full: "all",
  "droplets-only": ["droplet:read", "droplet:create", "image:read"],
  looks: ["read"],
  writes: ["write"],
  nothing: [],
});

describe("a token", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open({ access });
  });
  afterEach(() => api.close());

  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  const get = (path: string, token: string) => api.call("GET", path, undefined, as(token));

  test("does what its scopes are for, and nothing else", async () => {
    expect((await get("/v2/droplets", "droplets-only")).status).toBe(200);
    expect((await api.call("POST", "/v2/droplets", { ...small, name: "web" }, as("droplets-only"))).status).toBe(202);
    const refused = await get("/v2/account", "droplets-only");
    expect(refused).toMatchObject({
      status: 403,
      body: { id: "forbidden", message: "You are not authorized to perform this operation" },
    });
    expect(refused.text("request_id")).toBe(refused.headers["x-request-id"]);
    expect((await api.call("DELETE", "/v2/droplets/1", undefined, as("droplets-only"))).status).toBe(403);
  });

  test("that is refused changes nothing", async () => {
    expect((await api.call("POST", "/v2/tags", { name: "office" }, as("looks"))).status).toBe(403);
    expect(api.cloud.state.tags).toEqual([]);
  });

  test("of the older kind looks, or writes", async () => {
    expect((await get("/v2/tags", "looks")).status).toBe(200);
    expect((await get("/v2/tags", "writes")).status).toBe(403);
    expect((await api.call("POST", "/v2/tags", { name: "office" }, as("writes"))).status).toBe(201);
  });

  test("without any scope finds out nothing, not even what is not there", async () => {
    expect((await get("/v2/droplets/1", "nothing")).status).toBe(403);
  });

  test.each([
    ["no header at all", {}],
    ["an unknown token", { authorization: "Bearer nobody" }],
    ["another scheme", { authorization: "Basic ZnVsbDo=" }],
    ["no token after the scheme", { authorization: "Bearer" }],
    ["two tokens", { authorization: "Bearer full full" }],
  ])("is unknown: %s", async (_, headers) => {
    const answer = await api.call("GET", "/v2/account", undefined, headers);
    expect(answer).toMatchObject({ status: 401, body: { id: "unauthorized", message: "Unable to authenticate you" } });
  });

  test("is found whatever the scheme is written like", async () => {
    expect((await api.call("GET", "/v2/account", undefined, { authorization: "bearer full" })).status).toBe(200);
  });
});

describe("the scopes of an operation", () => {
  const createRecord = operations.find(({ method, path }) => method === "POST" && path.endsWith("/records"));
  const sizes = operations.find(({ path }) => path === "/v2/sizes");

  test.each([
    ["all that it needs", ["sizes:read", "regions:read"], sizes, true],
    ["one of two", ["sizes:read"], sizes, false],
    ["one of the alternatives", ["domain:update"], createRecord, true],
    ["the other alternative", ["domain:create"], createRecord, true],
    ["neither", ["domain:read"], createRecord, false],
  ])("%s", (_, scopes, operation, permitted) => {
    expect(isPermitted({ id: "token", scopes }, operation)).toBe(permitted);
  });

  test("are unknown for an operation that nobody described: only full access is enough", () => {
    expect(isPermitted({ id: "token", scopes: ["read"] }, undefined)).toBe(false);
    expect(isPermitted({ id: "token", scopes: "all" }, undefined)).toBe(true);
  });
});
