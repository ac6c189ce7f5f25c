import { TestApi, token } from "./api";

describe("floating IPs, the older name of reserved IPs", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  test("are the same addresses", async () => {
    const created = await api.post("/v2/floating_ips", { region: "fra1" });
    expect(created.status).toBe(202);
    const ip = created.text("floating_ip", "ip");
    expect((await api.get(`/v2/reserved_ips/${ip}`)).at("reserved_ip", "ip")).toBe(ip);
    expect((await api.get("/v2/floating_ips")).list("floating_ips")).toMatchObject([{ ip }]);
    expect((await api.delete(`/v2/floating_ips/${ip}`)).status).toBe(204);
    expect((await api.get(`/v2/floating_ips/${ip}`)).status).toBe(404);
    expect((await api.get("/v2/reserved_ips")).list("reserved_ips")).toEqual([]);
  });

  test("have actions under their own name", async () => {
    const id = await api.droplet("web");
    const created = await api.post("/v2/floating_ips", { droplet_id: id });
    expect(created.at("links", "actions", 0)).toMatchObject({ rel: "assign_ip" });
    const ip = created.text("floating_ip", "ip");
    await api.cloud.settled();
    const actions = `/v2/floating_ips/${ip}/actions`;
    const unassign = await api.post(actions, { type: "unassign" });
    expect(unassign.at("action")).toMatchObject({ type: "unassign_ip", resource_type: "floating_ip" });
    expect((await api.get(actions)).list("actions")).toHaveLength(2);
    expect((await api.get(`${actions}/${unassign.number("action", "id")}`)).at("action", "resource_type")).toBe(
      "floating_ip",
    );
    const other = await api.get(`/v2/reserved_ips/${ip}/actions/${unassign.number("action", "id")}`);
    expect(other.at("action", "resource_type")).toBe("reserved_ip");
  });

  test("name their actions in the listing of all, unless a client asks for the new name", async () => {
    const id = await api.droplet("web");
    await api.post("/v2/reserved_ips", { droplet_id: id });
    expect((await api.get("/v2/actions")).at("actions", 0, "resource_type")).toBe("floating_ip");
    const asked = await api.call("GET", "/v2/actions", undefined, {
      authorization: `Bearer ${token}`,
      accept: "application/vnd.digitalocean.reserveip+json",
    });
    expect(asked.at("actions", 0, "resource_type")).toBe("reserved_ip");
  });
});
