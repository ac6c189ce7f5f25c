import { type Response, TestApi } from "./api";

describe("snapshots of volumes", () => {
  let api: TestApi;
  let volume: string;
  beforeEach(async () => {
    api = await TestApi.open();
    volume = (await api.post("/v2/volumes", { ...data, filesystem_type: "ext4" })).text("volume", "id");
  });
  afterEach(() => api.close());

  const data = { name: "data", region: "fra1", size_gigabytes: 10 };
  const take = (name: string, more: object = {}): Promise<Response> =>
    api.post(`/v2/volumes/${volume}/snapshots`, { name, ...more });

  test("are there when the request is answered", async () => {
    const made = await take("before-update", { tags: ["nightly"] });
    expect(made.status).toBe(201);
    const id = made.text("snapshot", "id");
    expect(made.at("snapshot")).toMatchObject({
      name: "before-update",
      resource_type: "volume",
      resource_id: volume,
      regions: ["fra1"],
      min_disk_size: 10,
      size_gigabytes: 0.14,
      tags: ["nightly"],
    });
    expect(api.hosts.snapshots.get(id)).toEqual({ of: volume });
    for (const path of [`/v2/snapshots/${id}`, `/v2/volumes/snapshots/${id}`]) {
      expect((await api.get(path)).at("snapshot")).toEqual(made.at("snapshot"));
    }
    for (const path of [`/v2/volumes/${volume}/snapshots`, "/v2/snapshots", "/v2/snapshots?resource_type=volume"]) {
      expect((await api.get(path)).list("snapshots")).toEqual([made.at("snapshot")]);
    }
    expect((await api.get("/v2/snapshots?resource_type=droplet")).list("snapshots")).toEqual([]);
    expect((await api.get("/v2/snapshots?resource_type=nothing")).status).toBe(422);
  });

  test("are not seen before they are made, and not at all when they can't be", async () => {
    api.hosts.refuse("snapshotVolume", "no space left");
    expect((await take("one")).status).toBe(500);
    expect((await api.get("/v2/snapshots")).list("snapshots")).toEqual([]);
    api.hosts.accept("snapshotVolume");
    expect((await take("one")).status).toBe(201);
  });

  test("have a name, once in a region", async () => {
    await take("one");
    expect((await take("one")).status).toBe(409);
    expect((await take("")).status).toBe(422);
    expect((await take("a".repeat(256))).status).toBe(422);
  });

  test("outlive their volume, and a new one is made from them, of their size and file system", async () => {
    const id = (await take("one")).text("snapshot", "id");
    await api.delete(`/v2/volumes/${volume}`);
    const made = await api.post("/v2/volumes", { name: "again", region: "fra1", size_gigabytes: 99, snapshot_id: id });
    expect(made.at("volume")).toMatchObject({ size_gigabytes: 10, filesystem_type: "ext4" });
    expect(api.hosts.volumes.get(made.text("volume", "id"))?.spec).toMatchObject({ from: id, sizeGb: 10 });
    const far = await api.post("/v2/volumes", { name: "far", region: "nyc3", snapshot_id: id });
    expect(far.text("message")).toContain("another region");
  });

  test("are deleted under either path", async () => {
    const [one, two] = [(await take("one")).text("snapshot", "id"), (await take("two")).text("snapshot", "id")];
    expect((await api.delete(`/v2/snapshots/${one}`)).status).toBe(204);
    expect((await api.delete(`/v2/volumes/snapshots/${two}`)).status).toBe(204);
    expect(api.hosts.snapshots.size).toBe(0);
    expect((await api.delete(`/v2/snapshots/${one}`)).status).toBe(404);
    expect((await api.post("/v2/volumes", { ...data, name: "again", snapshot_id: one })).status).toBe(404);
  });

  test("one that something is being made from can't be deleted", async () => {
    const id = (await take("one")).text("snapshot", "id");
    api.hosts.hold();
    const making = api.post("/v2/volumes", { name: "again", region: "fra1", snapshot_id: id });
    while (api.hosts.named("createVolume").length < 2) await new Promise(setImmediate);
    expect((await api.delete(`/v2/snapshots/${id}`)).text("message")).toBe("Snapshot already has a pending event.");
    api.hosts.release();
    expect((await making).status).toBe(201);
    expect((await api.delete(`/v2/snapshots/${id}`)).status).toBe(204);
  });
});

describe("snapshots of droplets", () => {
  let api: TestApi;
  let droplet: number;
  beforeEach(async () => {
    api = await TestApi.open();
    droplet = await api.droplet("web");
  });
  afterEach(() => api.close());

  const take = async (more: object = {}): Promise<number> => {
    const begun = await api.post(`/v2/droplets/${droplet}/actions`, { type: "snapshot", ...more });
    expect(begun.at("action")).toMatchObject({ type: "snapshot", resource_id: droplet });
    await api.cloud.settled();
    return (await api.get(`/v2/droplets/${droplet}`)).list("droplet", "snapshot_ids").at(-1) as number;
  };

  test("are made while it runs, and are images too", async () => {
    const id = await take({ name: "before-update" });
    expect(api.hosts.snapshots.get(String(id))).toEqual({ of: droplet });
    expect((await api.get(`/v2/droplets/${droplet}`)).at("droplet", "status")).toBe("active");
    expect((await api.get(`/v2/snapshots/${id}`)).at("snapshot")).toMatchObject({
      id: String(id),
      name: "before-update",
      resource_type: "droplet",
      resource_id: String(droplet),
      regions: ["fra1"],
      min_disk_size: 25,
      size_gigabytes: 0.42,
    });
    expect((await api.get(`/v2/images/${id}`)).at("image")).toMatchObject({
      id,
      name: "before-update",
      type: "snapshot",
      public: false,
      slug: null,
      distribution: "Debian",
      min_disk_size: 25,
    });
    expect((await api.get(`/v2/droplets/${droplet}/snapshots`)).list("snapshots")).toMatchObject([{ id }]);
    expect((await api.get("/v2/snapshots?resource_type=droplet")).list("snapshots")).toMatchObject([
      { id: String(id) },
    ]);
  });

  test("without a name have the droplet's, and the time", async () => {
    const id = await take();
    expect((await api.get(`/v2/snapshots/${id}`)).text("snapshot", "name")).toMatch(/^web-\d{13}$/);
  });

  test("that the room can't make are not there", async () => {
    api.hosts.refuse("snapshotMachine", "no space left");
    await api.post(`/v2/droplets/${droplet}/actions`, { type: "snapshot" });
    await api.cloud.settled();
    expect((await api.get("/v2/snapshots")).list("snapshots")).toEqual([]);
    expect((await api.get(`/v2/droplets/${droplet}/actions`)).at("actions", 0, "status")).toBe("errored");
  });

  test("are what new droplets start from, on a disk that is large enough, in their region", async () => {
    const id = await take();
    const from = (more: object): Promise<Response> =>
      api.post("/v2/droplets", { name: "copy", region: "fra1", size: "s-1vcpu-1gb", image: id, ...more });
    const made = await from({});
    expect(made.at("droplet", "image")).toMatchObject({ id, type: "snapshot" });
    await api.cloud.settled();
    expect(api.hosts.specOf(made.number("droplet", "id"))).toMatchObject({ image: String(id) });
    expect((await from({ size: "s-1vcpu-512mb-10gb" })).text("message")).toContain("a disk of 25 GB or more");
    expect((await from({ region: "nyc3" })).text("message")).toContain("not available in the region nyc3");
    expect((await from({ image: String(id) })).status).toBe(202);
    expect((await from({ image: 999 })).text("message")).toContain("invalid image");
  });

  test("go, and what was made from them stays and still shows them", async () => {
    const id = await take();
    const copy = await api.droplet("copy", { image: id });
    expect((await api.delete(`/v2/snapshots/${id}`)).status).toBe(204);
    expect(api.hosts.snapshots.size).toBe(0);
    expect((await api.get(`/v2/snapshots/${id}`)).status).toBe(404);
    expect((await api.get(`/v2/images/${id}`)).status).toBe(404);
    expect((await api.get(`/v2/droplets/${copy}`)).at("droplet", "image")).toMatchObject({ id, status: "deleted" });
    expect((await api.post(`/v2/droplets/${copy}/actions`, { type: "rebuild" })).status).toBe(422);
    expect((await api.post("/v2/droplets", { name: "x", size: "s-1vcpu-1gb", image: id, region: "fra1" })).status).toBe(
      422,
    );
    await api.delete(`/v2/droplets/${copy}`);
    await api.cloud.settled();
    expect(api.cloud.state.snapshots).toEqual([]);
  });

  test("outlive their droplet", async () => {
    const id = await take();
    await api.delete(`/v2/droplets/${droplet}`);
    await api.cloud.settled();
    expect((await api.get(`/v2/images/${id}`)).status).toBe(200);
    expect(await api.droplet("again", { image: id })).toBeGreaterThan(droplet);
  });

  test("are taken of all droplets with a tag", async () => {
    await api.droplet("other", { tags: ["office"] });
    const begun = await api.post("/v2/droplets/actions?tag_name=office", { type: "snapshot", name: "nightly" });
    expect(begun.list("actions")).toMatchObject([{ type: "snapshot" }]);
    await api.cloud.settled();
    expect((await api.get("/v2/snapshots")).list("snapshots")).toMatchObject([{ name: "nightly" }]);
  });
});
