import { TestApi } from "./api";

describe("VPCs", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const office = { name: "office", region: "fra1", ip_range: "10.20.0.0/24" };

  test("a new one is in the room when the answer comes, and is nobody's default", async () => {
    const created = await api.post("/v2/vpcs", office);
    expect(created.status).toBe(201);
    expect(created.at("vpc")).toMatchObject({ ...office, default: false });
    expect(api.hosts.networks).toEqual([{ id: created.text("vpc", "id"), range: "10.20.0.0/24" }]);
  });

  test("one without a range gets a /20 that nobody has", async () => {
    const one = await api.post("/v2/vpcs", { name: "one", region: "fra1" });
    const two = await api.post("/v2/vpcs", { name: "two", region: "fra1" });
    expect(one.text("vpc", "ip_range")).toMatch(/\/20$/);
    expect(two.text("vpc", "ip_range")).not.toBe(one.text("vpc", "ip_range"));
  });

  test.each([
    ["overlaps with another", "10.20.0.128/25", /overlaps with another VPC network in your account/],
    ["is not private", "203.0.113.0/24", /RFC1918/],
    ["is too large", "10.0.0.0/8", /between \/16 and \/28/],
    ["is too small", "10.30.0.0/29", /between \/16 and \/28/],
    ["is none", "10.30.0.0", /valid CIDR/],
    ["is where reserved IPs lead to", "10.17.8.0/24", /reserved/],
    ["is the cloud's own", "10.244.7.0/24", /overlaps with 10\.244\.0\.0\/16, which is reserved/],
    ["is an address in a network", "10.30.0.5/24", /must be a network: 10\.30\.0\.0\/24/],
    ["is IPv6", "fd00::/24", /valid CIDR/],
  ])("a range that %s is refused", async (_, range, message) => {
    await api.post("/v2/vpcs", office);
    const answer = await api.post("/v2/vpcs", { ...office, name: "other", ip_range: range });
    expect(answer.status).toBe(422);
    expect(answer.text("message")).toMatch(message);
  });

  test("its members are its droplets; with members it can't be deleted", async () => {
    const id = (await api.post("/v2/vpcs", office)).text("vpc", "id");
    const droplet = await api.droplet("web", { vpc_uuid: id });
    expect((await api.get(`/v2/vpcs/${id}/members`)).list("members")).toMatchObject([
      { urn: `do:droplet:${droplet}`, name: "web" },
    ]);
    const refused = await api.delete(`/v2/vpcs/${id}`);
    expect([refused.status, refused.text("message")]).toEqual([403, "Can not delete VPC with members"]);
    await api.delete(`/v2/droplets/${droplet}`);
    await api.cloud.settled();
    expect((await api.delete(`/v2/vpcs/${id}`)).status).toBe(204);
    expect(api.hosts.networks).toEqual([]);
  });

  test("a region's default one can't be deleted", async () => {
    const droplet = await api.droplet("web");
    const id = (await api.get(`/v2/droplets/${droplet}`)).text("droplet", "vpc_uuid");
    expect((await api.delete(`/v2/vpcs/${id}`)).status).toBe(403);
  });

  test("its name and description change, its range never does", async () => {
    const id = (await api.post("/v2/vpcs", office)).text("vpc", "id");
    await api.patch(`/v2/vpcs/${id}`, { description: "the office's" });
    const renamed = await api.patch(`/v2/vpcs/${id}`, { name: "shop" });
    expect(renamed.at("vpc")).toMatchObject({ name: "shop", description: "the office's", ip_range: "10.20.0.0/24" });
    expect((await api.put(`/v2/vpcs/${id}`, { name: "shop" })).at("vpc", "description")).toBe("");
  });

  test("members are listed by kind, and there is no other kind than droplets", async () => {
    const id = (await api.post("/v2/vpcs", office)).text("vpc", "id");
    const droplet = await api.droplet("web", { vpc_uuid: id });
    const members = async (query: string) => (await api.get(`/v2/vpcs/${id}/members${query}`)).list("members");
    expect(await members("?resource_type=droplet")).toMatchObject([{ urn: `do:droplet:${droplet}` }]);
    expect(await members("?resource_type=database")).toEqual([]);
    expect((await api.get("/v2/vpcs/nothing/members")).status).toBe(404);
  });

  test("a region has one default, and another can become it", async () => {
    const before = (await api.get("/v2/vpcs"))
      .list("vpcs")
      .find((one) => (one as { region: string }).region === "fra1");
    const { id: old } = before as { id: string };
    const id = (await api.post("/v2/vpcs", office)).text("vpc", "id");
    expect((await api.patch(`/v2/vpcs/${id}`, { default: true })).at("vpc", "default")).toBe(true);
    expect((await api.get(`/v2/vpcs/${old}`)).at("vpc", "default")).toBe(false);
    expect((await api.delete(`/v2/vpcs/${id}`)).text("message")).toBe("Can not delete the default VPC of a region");
    expect((await api.delete(`/v2/vpcs/${old}`)).status).toBe(204);
  });

  test.each([
    ["a name with a space", { name: "two words" }],
    ["no name", { name: undefined }],
    ["a region that is closed", { region: "ams2" }],
    ["a description of more than 255 characters", { description: "x".repeat(256) }],
  ])("one with %s is refused", async (_, wrong) => {
    expect((await api.post("/v2/vpcs", { ...office, ...wrong })).status).toBe(422);
  });

  test("a name is there once", async () => {
    await api.post("/v2/vpcs", office);
    expect((await api.post("/v2/vpcs", { ...office, ip_range: "10.30.0.0/24" })).status).toBe(409);
  });
});
