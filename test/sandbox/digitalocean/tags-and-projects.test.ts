import { TestApi } from "./api";

describe("tags", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  test("a droplet's tags are made with it and counted", async () => {
    await api.droplet("web", { tags: ["office"] });
    const tag = await api.get("/v2/tags/office");
    expect(tag.at("tag", "resources")).toMatchObject({ count: 1, droplets: { count: 1 } });
  });

  test("are put on droplets and taken off", async () => {
    const id = await api.droplet("web");
    await api.post("/v2/tags", { name: "office" });
    const resources = { resources: [{ resource_id: String(id), resource_type: "droplet" }] };
    expect((await api.post("/v2/tags/office/resources", resources)).status).toBe(204);
    expect((await api.get(`/v2/droplets/${id}`)).list("droplet", "tags")).toEqual(["office"]);
    expect((await api.delete("/v2/tags/office/resources", resources)).status).toBe(204);
    expect((await api.get(`/v2/droplets/${id}`)).list("droplet", "tags")).toEqual([]);
  });

  test("a tag that is there already is no error, whatever its case", async () => {
    await api.post("/v2/tags", { name: "Office" });
    expect((await api.post("/v2/tags", { name: "office" })).at("tag", "name")).toBe("Office");
  });

  test("a deleted one is gone from droplets, which stay", async () => {
    const id = await api.droplet("web", { tags: ["office"] });
    expect((await api.delete("/v2/tags/office")).status).toBe(204);
    expect((await api.get(`/v2/droplets/${id}`)).list("droplet", "tags")).toEqual([]);
  });

  test.each(["two words", "", "ä", "a".repeat(256)])("%p is no name", async (name) => {
    expect((await api.post("/v2/tags", { name })).status).toBe(422);
  });

  test.each(["a:b_c-1", "a".repeat(255), "__proto__", "constructor"])("%p is one", async (name) => {
    expect((await api.post("/v2/tags", { name })).status).toBe(201);
    await api.droplet("web", { tags: [name] });
    expect((await api.get(`/v2/tags/${name}`)).at("tag", "resources", "count")).toBe(1);
  });

  test("are on everything that can have one, counted by kind, and say what got them last", async () => {
    const id = await api.droplet("web", { tags: ["office"] });
    const made = await api.post("/v2/volumes", { name: "data", region: "fra1", size_gigabytes: 1, tags: ["office"] });
    const volume = made.text("volume", "id");
    const taken = await api.post(`/v2/volumes/${volume}/snapshots`, { name: "nightly" });
    const snapshot = taken.text("snapshot", "id");
    await api.post(`/v2/droplets/${id}/actions`, { type: "snapshot" });
    await api.cloud.settled();
    const image = (await api.get("/v2/images?private=true")).number("images", 0, "id");
    await api.post("/v2/tags/office/resources", {
      resources: [
        { resource_id: snapshot, resource_type: "volume_snapshot" },
        { resource_id: String(image), resource_type: "image" },
      ],
    });
    const origin = new URL((await api.get("/v2/tags")).text("tags", 0, "resources", "last_tagged_uri")).origin;
    const statistics = async (): Promise<unknown> => (await api.get("/v2/tags/office")).at("tag", "resources");
    const one = (path: string): object => ({ count: 1, last_tagged_uri: `${origin}/v2/${path}` });
    expect(await statistics()).toEqual({
      count: 4,
      last_tagged_uri: `${origin}/v2/images/${image}`,
      droplets: one(`droplets/${id}`),
      images: one(`images/${image}`),
      volumes: one(`volumes/${volume}`),
      volume_snapshots: one(`snapshots/${snapshot}`),
      databases: { count: 0 },
    });
    expect((await api.get(`/v2/snapshots/${image}`)).at("snapshot", "tags")).toEqual(["office"]);
    const resources = [{ resource_id: String(id), resource_type: "droplet" }];
    await api.delete("/v2/tags/office/resources", { resources });
    expect(await statistics()).toMatchObject({ count: 3, droplets: { count: 0 } });
    await api.post("/v2/tags/office/resources", { resources });
    expect(await statistics()).toMatchObject({ last_tagged_uri: `${origin}/v2/droplets/${id}` });
    await api.delete("/v2/tags/office");
    expect((await api.get(`/v2/volumes/${volume}`)).at("volume", "tags")).toEqual([]);
    expect((await api.get(`/v2/images/${image}`)).at("image", "tags")).toEqual([]);
  });

  test("are not put on what is not there, nor on what has none", async () => {
    await api.post("/v2/tags", { name: "office" });
    const put = async (resource_type: string, resource_id: string): Promise<number> =>
      (await api.post("/v2/tags/office/resources", { resources: [{ resource_id, resource_type }] })).status;
    for (const type of ["droplet", "image", "volume", "volume_snapshot"]) expect(await put(type, "1")).toBe(404);
    expect(await put("database", "1")).toBe(422);
  });
});

describe("projects", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const wiki = { name: "wiki", purpose: "Web Application", environment: "Production" };

  test("new resources are in the default one, and are moved from it", async () => {
    const id = await api.droplet("web");
    await api.post("/v2/domains", { name: "example.com" });
    const urns = async (project: string): Promise<unknown[]> =>
      (await api.get(`/v2/projects/${project}/resources`)).list("resources").map((one) => (one as { urn: string }).urn);
    const home = (await api.get("/v2/projects")).text("projects", 0, "id");
    expect(await urns(home)).toEqual([`do:droplet:${id}`, "do:domain:example.com"]);
    const project = (await api.post("/v2/projects", wiki)).text("project", "id");
    const moved = await api.post(`/v2/projects/${project}/resources`, { resources: [`do:droplet:${id}`] });
    expect(moved.list("resources")).toMatchObject([{ urn: `do:droplet:${id}`, status: "assigned" }]);
    expect(await urns(project)).toEqual([`do:droplet:${id}`]);
    expect(await urns(home)).toEqual(["do:domain:example.com"]);
  });

  test("one with resources can't be deleted, nor can the default one", async () => {
    const id = await api.droplet("web");
    const project = (await api.post("/v2/projects", wiki)).text("project", "id");
    await api.post(`/v2/projects/${project}/resources`, { resources: [`do:droplet:${id}`] });
    expect((await api.delete(`/v2/projects/${project}`)).status).toBe(412);
    await api.post("/v2/projects/default/resources", { resources: [`do:droplet:${id}`] });
    expect((await api.delete(`/v2/projects/${project}`)).status).toBe(204);
    const home = (await api.get("/v2/projects")).text("projects", 0, "id");
    expect((await api.delete(`/v2/projects/${home}`)).status).toBe(409);
  });

  test("what is there stays where it is when another one becomes the default", async () => {
    const id = await api.droplet("web");
    const home = (await api.get("/v2/projects")).text("projects", 0, "id");
    const project = (await api.post("/v2/projects", wiki)).text("project", "id");
    await api.patch(`/v2/projects/${project}`, { is_default: true });
    expect((await api.get(`/v2/projects/${home}/resources`)).list("resources")).toMatchObject([
      { urn: `do:droplet:${id}` },
    ]);
    expect((await api.get("/v2/projects/default")).at("project", "name")).toBe("wiki");
  });

  test("a name is there once", async () => {
    await api.post("/v2/projects", wiki);
    expect((await api.post("/v2/projects", wiki)).status).toBe(409);
  });

  test("a purpose of one's own is kept behind a word, an environment in its usual spelling", async () => {
    const created = await api.post("/v2/projects", { name: "shop", purpose: "selling", environment: "production" });
    expect(created.at("project")).toMatchObject({ purpose: "Other: selling", environment: "Production" });
  });

  test("a PUT says everything, a PATCH what changes", async () => {
    const id = (await api.post("/v2/projects", wiki)).text("project", "id");
    const whole = { ...wiki, name: "docs", description: "for all", is_default: false };
    expect((await api.put(`/v2/projects/${id}`, whole)).at("project")).toMatchObject(whole);
    const withoutDescription = { ...whole, description: undefined };
    expect((await api.put(`/v2/projects/${id}`, withoutDescription)).status).toBe(422);
    expect((await api.patch(`/v2/projects/${id}`, { description: "" })).at("project")).toMatchObject({
      name: "docs",
      description: "",
    });
    expect((await api.patch("/v2/projects/default", { name: "home" })).at("project", "is_default")).toBe(true);
    expect((await api.put("/v2/projects/default", { ...whole, name: "house" })).at("project", "name")).toBe("house");
  });

  test.each([
    ["no purpose", { purpose: undefined }],
    ["no name", { name: "" }],
    ["a name of more than 175 characters", { name: "x".repeat(176) }],
    ["a purpose of more than 255 characters", { purpose: "x".repeat(256) }],
    ["an environment that is none", { environment: "Staging2" }],
  ])("one with %s is refused", async (_, wrong) => {
    expect((await api.post("/v2/projects", { ...wiki, ...wrong })).status).toBe(422);
  });

  test("all kinds of resources can be moved, each with a status of its own", async () => {
    const project = (await api.post("/v2/projects", wiki)).text("project", "id");
    const droplet = await api.droplet("web");
    const ip = (await api.post("/v2/reserved_ips", { region: "fra1" })).text("reserved_ip", "ip");
    const volume = await api.post("/v2/volumes", { name: "data", region: "fra1", size_gigabytes: 1 });
    await api.post("/v2/domains", { name: "example.com" });
    const urns = [
      `do:droplet:${droplet}`,
      `do:floatingip:${ip}`,
      `do:volume:${volume.text("volume", "id")}`,
      "do:domain:example.com",
    ];
    const resources = `/v2/projects/${project}/resources`;
    const moved = await api.post(resources, { resources: [...urns, "do:droplet:7"] });
    expect(moved.list("resources")).toMatchObject([
      ...urns.map((urn) => ({ urn, status: "assigned" })),
      { urn: "do:droplet:7", status: "not_found" },
    ]);
    expect((await api.get(resources)).list("resources")).toMatchObject(urns.map((urn) => ({ urn, status: "ok" })));
    const again = await api.post(resources, { resources: [`do:reservedip:${ip}`] });
    expect(again.list("resources")).toMatchObject([{ urn: `do:floatingip:${ip}`, status: "already_assigned" }]);
    expect((await api.post(resources, { resources: ["web"] })).status).toBe(422);
    expect((await api.get(`/v2/reserved_ips/${ip}`)).at("reserved_ip", "project_id")).toBe(project);
  });

  test("a reserved IP can be made in a project", async () => {
    const project = (await api.post("/v2/projects", wiki)).text("project", "id");
    const made = await api.post("/v2/reserved_ips", { region: "fra1", project_id: project });
    expect(made.at("reserved_ip", "project_id")).toBe(project);
    const nowhere = { region: "fra1", project_id: "4de7ac8b-495b-4884-9a69-1050c6793cd6" };
    expect((await api.post("/v2/reserved_ips", nowhere)).status).toBe(404);
    expect((await api.get("/v2/reserved_ips")).list("reserved_ips")).toHaveLength(1);
  });

  test("one that is not there is not found", async () => {
    for (const path of ["nothing", "nothing/resources"]) {
      expect((await api.get(`/v2/projects/${path}`)).status).toBe(404);
    }
    expect((await api.delete("/v2/projects/nothing")).status).toBe(404);
  });
});
