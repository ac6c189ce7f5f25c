import { TestApi } from "./api";

describe("images", () => {
  let api: TestApi;
  let droplet: number;
  let own: number;
  beforeEach(async () => {
    api = await TestApi.open();
    droplet = await api.droplet("web");
    await api.post(`/v2/droplets/${droplet}/actions`, { type: "snapshot", name: "mine" });
    await api.cloud.settled();
    own = (await api.get("/v2/images?private=true")).number("images", 0, "id");
  });
  afterEach(() => api.close());

  const names = async (query: string): Promise<unknown[]> =>
    (await api.get(`/v2/images${query}`)).list("images").map((one) => (one as { name: string }).name);

  test("are filtered by what they are, whose they are and their tags", async () => {
    await api.post("/v2/tags", { name: "gold" });
    await api.post("/v2/tags/gold/resources", { resources: [{ resource_id: String(own), resource_type: "image" }] });
    expect(await names("")).toEqual(["mine", "13 x64"]);
    expect(await names("?type=distribution")).toEqual(["13 x64"]);
    expect(await names("?type=application")).toEqual([]);
    expect(await names("?private=true")).toEqual(["mine"]);
    expect(await names("?tag_name=gold")).toEqual(["mine"]);
    expect(await names("?tag_name=silver")).toEqual([]);
  });

  test("public ones are found by slug and number, own ones by number", async () => {
    const bySlug = await api.get("/v2/images/debian-13-x64");
    expect((await api.get(`/v2/images/${bySlug.number("image", "id")}`)).body).toEqual(bySlug.body);
    expect((await api.get(`/v2/images/${own}`)).at("image", "name")).toBe("mine");
    expect((await api.get("/v2/images/ubuntu-24-04-x64")).status).toBe(404);
  });

  test("own ones are renamed and deleted", async () => {
    expect((await api.put(`/v2/images/${own}`, { name: "better" })).at("image", "name")).toBe("better");
    expect((await api.put(`/v2/images/${own}`, { name: "" })).status).toBe(422);
    expect(await names("?private=true")).toEqual(["better"]);
    expect((await api.delete(`/v2/images/${own}`)).status).toBe(204);
    expect(await names("?private=true")).toEqual([]);
    expect(api.hosts.snapshots.size).toBe(0);
  });

  test("public ones are not", async () => {
    for (const answer of [
      await api.put("/v2/images/debian-13-x64", { name: "mine" }),
      await api.delete("/v2/images/debian-13-x64"),
      await api.post("/v2/images/debian-13-x64/actions", { type: "transfer", region: "nyc3" }),
    ]) {
      expect([answer.status, answer.at("id")]).toEqual([403, "forbidden"]);
    }
  });

  test("are transferred to another region, where droplets then start from them", async () => {
    const begun = await api.post(`/v2/images/${own}/actions`, { type: "transfer", region: "nyc3" });
    expect(begun.status).toBe(201);
    expect(begun.at("action")).toMatchObject({ type: "transfer", resource_type: "image", resource_id: own });
    await api.cloud.settled();
    const id = begun.number("action", "id");
    expect((await api.get(`/v2/images/${own}/actions/${id}`)).at("action", "status")).toBe("completed");
    expect((await api.get(`/v2/images/${own}/actions`)).list("actions")).toMatchObject([{ id }]);
    expect((await api.get(`/v2/images/${own}`)).at("image", "regions")).toEqual(["fra1", "nyc3"]);
    expect(await api.droplet("there", { image: own, region: "nyc3" })).toBeGreaterThan(droplet);
    for (const region of ["nyc3", "mars", undefined]) {
      expect((await api.post(`/v2/images/${own}/actions`, { type: "transfer", region })).status).toBe(422);
    }
  });

  test("a snapshot is none to convert", async () => {
    const answer = await api.post(`/v2/images/${own}/actions`, { type: "convert" });
    expect(answer.text("message")).toBe("Image is already a snapshot.");
    expect((await api.post(`/v2/images/${own}/actions`, { type: "explode" })).status).toBe(422);
  });

  test("of one's own can't be fetched: there is no way out", async () => {
    const answer = await api.post("/v2/images", { name: "mine", url: "http://example.com/disk.raw", region: "fra1" });
    expect([answer.status, answer.text("message")]).toEqual([422, expect.stringContaining("no way out")]);
  });
});
