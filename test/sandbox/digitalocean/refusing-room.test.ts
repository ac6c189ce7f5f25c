import { small, TestApi } from "./api";

describe("a machine room that refuses everything", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  test("keeps no action in progress for ever: it fails, and the next change puts the room in order", async () => {
    const id = await api.droplet("web", { ipv6: true });
    const ip = (await api.post("/v2/reserved_ipv6", { region_slug: "fra1" })).text("reserved_ipv6", "ip");
    api.hosts.refuse("setReservedAddresses", "the room has no addresses");
    const path = `/v2/reserved_ipv6/${encodeURIComponent(ip)}`;
    const begun = await api.post(`${path}/actions`, { type: "assign", droplet_id: id });
    await api.cloud.settled();
    const { status } = (await api.get(`/v2/actions/${begun.number("action", "id")}`)).at("action") as {
      status: string;
    };
    expect(status).toBe("errored");

    api.hosts.accept("setReservedAddresses");
    await api.post(`${path}/actions`, { type: "assign", droplet_id: id });
    await api.cloud.settled();
    expect(api.hosts.reserved).toEqual([{ address: ip, machineId: id }]);
  });

  test("keeps no droplet that could not be made", async () => {
    api.hosts.hold();
    await api.post("/v2/droplets", { ...small, name: "web" });
    // With its only droplet, the network goes as well: this can't be told to the room either.
    for (const name of ["create", "setNetworks"]) api.hosts.refuse(name, "the room is full");
    api.hosts.release();
    await api.cloud.settled();
    expect((await api.get("/v2/droplets")).list("droplets")).toEqual([]);
    expect((await api.get("/v2/actions")).list("actions")).toMatchObject([{ type: "create", status: "errored" }]);
  });

  test("keeps no droplet whose machine is gone", async () => {
    const id = await api.droplet("web");
    api.hosts.hold();
    await api.delete(`/v2/droplets/${id}`);
    api.hosts.refuse("setNetworks", "the room is full");
    api.hosts.release();
    await api.cloud.settled();
    expect((await api.get("/v2/droplets")).list("droplets")).toEqual([]);
    api.hosts.accept("setNetworks");
    await api.post("/v2/tags", { name: "next" });
    expect(api.hosts.networks).toEqual([]);
  });
});
