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

  test("a name that is none is refused", async () => {
    expect((await api.post("/v2/tags", { name: "two words" })).status).toBe(422);
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
});
