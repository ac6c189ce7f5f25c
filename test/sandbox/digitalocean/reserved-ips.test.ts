import { TestApi } from "./api";

describe("reserved IPs", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const reserve = async (): Promise<string> =>
    (await api.post("/v2/reserved_ips", { region: "fra1" })).text("reserved_ip", "ip");

  test("one for a region leads nowhere yet", async () => {
    const ip = await reserve();
    expect(api.hosts.reserved).toEqual([{ address: ip }]);
    expect((await api.get(`/v2/reserved_ips/${ip}`)).at("reserved_ip", "droplet")).toBeNull();
  });

  test("one for a droplet leads to it", async () => {
    const id = await api.droplet("bastion");
    const created = await api.post("/v2/reserved_ips", { droplet_id: id });
    expect(created.status).toBe(202);
    await api.cloud.settled();
    const ip = created.text("reserved_ip", "ip");
    expect(api.hosts.reserved).toEqual([{ address: ip, machineId: id }]);
    expect((await api.get(`/v2/reserved_ips/${ip}`)).number("reserved_ip", "droplet", "id")).toBe(id);
  });

  test("is moved from one droplet to another", async () => {
    const ip = await reserve();
    for (const name of ["one", "two"]) {
      const id = await api.droplet(name);
      const action = await api.post(`/v2/reserved_ips/${ip}/actions`, { type: "assign", droplet_id: id });
      expect(action.at("action")).toMatchObject({ type: "assign_ip", status: "in-progress" });
      await api.cloud.settled();
      expect(api.hosts.reserved).toEqual([{ address: ip, machineId: id }]);
      const ended = await api.get(`/v2/reserved_ips/${ip}/actions/${action.number("action", "id")}`);
      expect(ended.at("action", "status")).toBe("completed");
    }
  });

  test("is unassigned by an action, and by the end of its droplet", async () => {
    const ip = await reserve();
    const id = await api.droplet("bastion");
    const assign = { type: "assign", droplet_id: id };
    await api.post(`/v2/reserved_ips/${ip}/actions`, assign);
    await api.cloud.settled();
    await api.post(`/v2/reserved_ips/${ip}/actions`, { type: "unassign" });
    await api.cloud.settled();
    expect(api.hosts.reserved).toEqual([{ address: ip }]);
    await api.post(`/v2/reserved_ips/${ip}/actions`, assign);
    await api.cloud.settled();
    await api.delete(`/v2/droplets/${id}`);
    expect(api.hosts.reserved).toEqual([{ address: ip }]);
  });

  test("is refused to a droplet without a public interface, and to one that has one", async () => {
    const ip = await reserve();
    const inner = await api.droplet("server", { public_networking: false });
    const refused = await api.post(`/v2/reserved_ips/${ip}/actions`, { type: "assign", droplet_id: inner });
    expect([refused.status, refused.text("message")]).toEqual([422, "The droplet has no public network interface."]);
    const id = await api.droplet("bastion");
    await api.post("/v2/reserved_ips", { droplet_id: id });
    await api.cloud.settled();
    const second = await api.post(`/v2/reserved_ips/${ip}/actions`, { type: "assign", droplet_id: id });
    expect(second.text("message")).toBe("The droplet already has a reserved IP.");
  });

  test("the account has five at most", async () => {
    for (let count = 0; count < 5; count++) await reserve();
    const sixth = await api.post("/v2/reserved_ips", { region: "fra1" });
    expect([sixth.status, sixth.text("message")]).toEqual([422, expect.stringMatching(/reserved IP limit/)]);
    expect((await api.get("/v2/account")).at("account", "reserved_ip_limit")).toBe(5);
  });

  test("a deleted one is gone", async () => {
    const ip = await reserve();
    expect((await api.delete(`/v2/reserved_ips/${ip}`)).status).toBe(204);
    expect(api.hosts.reserved).toEqual([]);
    expect((await api.get(`/v2/reserved_ips/${ip}`)).status).toBe(404);
  });
});
