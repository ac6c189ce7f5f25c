import { TestApi } from "./api";

describe("reserved IPv6 addresses", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const reserve = async (region = "fra1"): Promise<string> =>
    (await api.post("/v2/reserved_ipv6", { region_slug: region })).text("reserved_ipv6", "ip");
  const assign = (ip: string, id: number) =>
    api.post(`/v2/reserved_ipv6/${ip}/actions`, { type: "assign", droplet_id: id });

  test("one leads nowhere yet, and is listed", async () => {
    const created = await api.post("/v2/reserved_ipv6", { region_slug: "fra1" });
    expect(created.status).toBe(201);
    const ip = created.text("reserved_ipv6", "ip");
    expect(created.at("reserved_ipv6")).toMatchObject({ ip: "2001:db8:0:3::4", region_slug: "fra1", droplet: null });
    expect(api.hosts.reserved).toEqual([{ address: ip }]);
    const listed = await api.get("/v2/reserved_ipv6");
    expect([listed.at("reserved_ipv6s", 0, "ip"), listed.at("meta", "total")]).toEqual([ip, 1]);
  });

  test("is assigned, moved and unassigned by actions", async () => {
    const ip = await reserve();
    const [one, two] = [await api.droplet("one", { ipv6: true }), await api.droplet("two", { ipv6: true })];
    for (const id of [one, two]) {
      const action = await assign(ip, id);
      expect(action.at("action")).toMatchObject({
        type: "assign_ip",
        status: "in-progress",
        resource_type: "reserved_ipv6",
        resource_id: 4,
        region_slug: "fra1",
      });
      await api.cloud.settled();
      expect(api.hosts.reserved).toEqual([{ address: ip, machineId: id }]);
      expect((await api.get(`/v2/actions/${action.number("action", "id")}`)).at("action", "status")).toBe("completed");
    }
    expect((await api.get(`/v2/reserved_ipv6/${ip}`)).number("reserved_ipv6", "droplet", "id")).toBe(two);
    expect((await api.post(`/v2/reserved_ipv6/${ip}/actions`, { type: "unassign" })).status).toBe(201);
    await api.cloud.settled();
    expect(api.hosts.reserved).toEqual([{ address: ip }]);
  });

  test("is found in whatever form it is written", async () => {
    await reserve();
    expect((await api.get("/v2/reserved_ipv6/2001:0DB8:0:3:0::0004")).at("reserved_ipv6", "ip")).toBe(
      "2001:db8:0:3::4",
    );
  });

  test("is unassigned by the end of its droplet", async () => {
    const ip = await reserve();
    const id = await api.droplet("web", { ipv6: true });
    await assign(ip, id);
    await api.cloud.settled();
    await api.delete(`/v2/droplets/${id}`);
    expect(api.hosts.reserved).toEqual([{ address: ip }]);
  });

  test("a droplet can have one of each family", async () => {
    const id = await api.droplet("web", { ipv6: true });
    const ipv4 = (await api.post("/v2/reserved_ips", { droplet_id: id })).text("reserved_ip", "ip");
    const ipv6 = await reserve();
    await assign(ipv6, id);
    await api.cloud.settled();
    expect(api.hosts.reserved).toEqual([
      { address: ipv4, machineId: id },
      { address: ipv6, machineId: id },
    ]);
    const second = await assign(await reserve(), id);
    expect([second.status, second.text("message")]).toEqual([422, "The droplet already has a reserved IPv6."]);
  });

  test("is refused to a droplet that has no IPv6, is elsewhere, or is not there", async () => {
    const ip = await reserve();
    const plain = await assign(ip, await api.droplet("plain"));
    expect([plain.status, plain.text("message")]).toEqual([422, "The droplet has no public IPv6 networking."]);
    const elsewhere = await assign(ip, await api.droplet("far", { ipv6: true, region: "nyc3" }));
    expect([elsewhere.status, elsewhere.text("message")]).toEqual([
      422,
      "The droplet is in another region than the reserved IPv6.",
    ]);
    expect((await assign(ip, 7)).status).toBe(404);
  });

  test("what it does not do is refused", async () => {
    const ip = await reserve();
    const path = `/v2/reserved_ipv6/${ip}/actions`;
    expect((await api.post(path, { type: "unassign" })).text("message")).toBe("The reserved IPv6 is not assigned.");
    expect((await api.post(path, { type: "assign" })).status).toBe(422);
    expect((await api.post(path, { type: "move" })).status).toBe(422);
    expect((await api.post("/v2/reserved_ipv6", {})).status).toBe(422);
    expect((await api.post("/v2/reserved_ipv6", { region_slug: "ams2" })).status).toBe(422);
  });

  test("has one action at a time", async () => {
    const ip = await reserve();
    const id = await api.droplet("web", { ipv6: true });
    api.cloud.consistency.actionMs = 3_600_000;
    await assign(ip, id);
    const second = await assign(ip, id);
    expect([second.status, second.text("message")]).toEqual([422, "The reserved IPv6 already has a pending event."]);
    expect((await api.delete(`/v2/reserved_ipv6/${ip}`)).status).toBe(422);
    api.cloud.consistency.release();
  });

  test("a deleted one is gone", async () => {
    const ip = await reserve();
    expect((await api.delete(`/v2/reserved_ipv6/${ip}`)).status).toBe(204);
    expect(api.hosts.reserved).toEqual([]);
    for (const path of [ip, "2001:db8::1", "nonsense"]) {
      expect((await api.get(`/v2/reserved_ipv6/${path}`)).status).toBe(404);
    }
  });
});
