import { small, TestApi } from "./api";

describe("an account", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const limit = (limits: { droplets?: number; reservedIps?: number; volumes?: number }) =>
    api.cloud.change(({ account }) => {
      account.limits = limits;
    });

  test("has the droplets it may have and no more", async () => {
    expect((await api.get("/v2/account")).at("account", "droplet_limit")).toBe(25);
    await limit({ droplets: 3 });
    expect((await api.get("/v2/account")).at("account", "droplet_limit")).toBe(3);
    await api.droplet("one");
    const refused = await api.post("/v2/droplets", { ...small, names: ["two", "three", "four"] });
    expect(refused).toMatchObject({
      status: 422,
      body: { id: "unprocessable_entity", message: "creating this/these droplet(s) will exceed your droplet limit" },
    });
    expect(api.cloud.state.droplets).toHaveLength(1);
    expect((await api.post("/v2/droplets", { ...small, names: ["two", "three"] })).status).toBe(202);
  });

  test("has the reserved IPs it may have and no more", async () => {
    await limit({ reservedIps: 1 });
    expect((await api.get("/v2/account")).body).toMatchObject({
      account: { floating_ip_limit: 1, reserved_ip_limit: 1, droplet_limit: 25 },
    });
    expect((await api.post("/v2/reserved_ips", { region: "fra1" })).status).toBe(202);
    const refused = await api.post("/v2/reserved_ips", { region: "fra1" });
    expect([refused.status, refused.text("message")]).toEqual([
      422,
      "creating this/these reserved IP(s) will exceed your reserved IP limit",
    ]);
  });

  test("has the volumes it may have and no more", async () => {
    await limit({ volumes: 1 });
    const volume = (name: string) => api.post("/v2/volumes", { name, region: "fra1", size_gigabytes: 1 });
    expect((await volume("first")).status).toBe(201);
    expect(await volume("second")).toMatchObject({ status: 403, body: { id: "forbidden" } });
  });
});
