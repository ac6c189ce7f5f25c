import { manyTokens } from "../../../sandbox/digitalocean/access";
import { type Response, small, TestApi, token } from "./api";

const dropletScopes = ["droplet:read", "droplet:create", "droplet:update", "droplet:delete", "image:read"];

describe("a token whose scopes are enough for the operation, but not for all of the request", () => {
  let api: TestApi;
  let id: number;
  const open = async (further: readonly string[]): Promise<void> => {
    const access = manyTokens({ [token]: "all", scoped: [...dropletScopes, ...further], writer: ["write"] });
    api = await TestApi.open({ access });
    id = await api.droplet("web", { tags: ["office"] });
  };
  afterEach(() => api.close());

  const as = (method: "GET" | "POST" | "DELETE", path: string, body?: object, who = "scoped"): Promise<Response> =>
    api.call(method, path, body, { authorization: `Bearer ${who}` });

  test.each([
    ["restore", "droplet:admin"],
    ["password_reset", "droplet:admin"],
    ["rebuild", "droplet:admin"],
    ["snapshot", "image:create"],
  ])("can't do %s without %s", async (type, scope) => {
    await open([]);
    const refused = await as("POST", `/v2/droplets/${id}/actions`, { type });
    expect([refused.status, refused.at("id")]).toEqual([403, "forbidden"]);
    expect((await as("POST", `/v2/droplets/${id}/actions`, { type: "reboot" })).status).toBe(201);
    await api.close();
    await open([scope]);
    expect((await as("POST", `/v2/droplets/${id}/actions`, { type })).status).not.toBe(403);
  });

  test.each([
    [{ tags: ["new"] }, "tag:create"],
    [{ ssh_keys: [1] }, "ssh_key:read"],
    [{ volumes: ["none"] }, "block_storage:read"],
    [{ vpc_uuid: "none" }, "vpc:read"],
  ])("makes no droplet with %p without %s", async (more, scope) => {
    await open([]);
    const droplet = { ...small, name: "web", ...more };
    expect((await as("POST", "/v2/droplets", droplet)).status).toBe(403);
    expect((await as("POST", "/v2/droplets", droplet, "writer")).status).not.toBe(403);
    await api.close();
    await open([scope]);
    expect((await as("POST", "/v2/droplets", droplet)).status).not.toBe(403);
  });

  test("does nothing by tag without tag:read", async () => {
    await open([]);
    expect((await as("GET", "/v2/droplets?tag_name=office")).status).toBe(403);
    expect((await as("POST", "/v2/droplets/actions?tag_name=office", { type: "power_off" })).status).toBe(403);
    expect((await as("DELETE", "/v2/droplets?tag_name=office")).status).toBe(403);
    await api.close();
    await open(["tag:read"]);
    expect((await as("GET", "/v2/droplets?tag_name=office")).status).toBe(200);
    expect((await as("DELETE", "/v2/droplets?tag_name=office")).status).toBe(204);
  });

  test("puts no tag on a volume without tag:create", async () => {
    await open(["block_storage:create"]);
    const volume = { name: "data", region: "fra1", size_gigabytes: 1 };
    expect((await as("POST", "/v2/volumes", { ...volume, tags: ["new"] })).status).toBe(403);
    expect((await as("POST", "/v2/volumes", volume)).status).toBe(201);
  });
});
