import { FaultyApi } from "./faulty-api";

describe("machines that come out wrong", () => {
  let api: FaultyApi;
  beforeEach(async () => {
    api = await FaultyApi.open();
  });
  afterEach(() => api.close());

  test.each(["never-boots", "wrong-host-key", "disk-full"])(
    "%s goes to the machine room with the next droplet",
    async (kind) => {
      api.add({ kind });
      expect(api.hosts.specOf(await api.droplet("one")).fault).toBe(kind);
      expect(api.hosts.specOf(await api.droplet("two")).fault).toBeUndefined();
    },
  );

  test("only with a droplet that has the name", async () => {
    const fault = api.add({ kind: "disk-full", droplet: "web-*" });
    expect(api.hosts.specOf(await api.droplet("db-1")).fault).toBeUndefined();
    expect(api.hosts.specOf(await api.droplet("web-1")).fault).toBe("disk-full");
    expect(api.faults.get(fault)).toMatchObject({ matched: 1, struck: 1, spent: true });
  });

  test("a request that is refused uses none up", async () => {
    api.add({ kind: "disk-full" });
    expect((await api.post("/v2/droplets", { name: "web" })).status).toBe(422);
    expect(api.hosts.specOf(await api.droplet("web")).fault).toBe("disk-full");
  });

  test("a rebuild makes the machine without it", async () => {
    api.add({ kind: "wrong-host-key" });
    const id = await api.droplet("web");
    await api.post(`/v2/droplets/${id}/actions`, { type: "rebuild", image: "debian-13-x64" });
    await api.cloud.settled();
    expect(api.hosts.specOf(id).fault).toBeUndefined();
  });

  test("a machine that was half made when the daemon was killed is made with it all the same", async () => {
    api.add({ kind: "never-boots" });
    api.hosts.hold();
    await api.create("web");
    // The room has begun with it.
    await until(() => api.hosts.named("create").length > 0);
    const [droplet] = api.named("web");
    await api.restart();
    await api.cloud.settled();
    expect(api.hosts.specOf(droplet!.id).fault).toBe("never-boots");
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
