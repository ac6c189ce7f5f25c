import { randomUUID } from "node:crypto";

import { TestApi } from "./api";

describe("volumes", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const data = { name: "data", region: "fra1", size_gigabytes: 10 };
  const volume = async (more: object = {}): Promise<string> =>
    (await api.post("/v2/volumes", { ...data, ...more })).text("volume", "id");

  test("are there when the request is answered, and in the room", async () => {
    const made = await api.post("/v2/volumes", {
      ...data,
      description: "of the wiki",
      filesystem_type: "ext4",
      filesystem_label: "wiki",
      tags: ["office"],
    });
    expect(made.status).toBe(201);
    const id = made.text("volume", "id");
    expect(made.at("volume")).toMatchObject({
      name: "data",
      description: "of the wiki",
      size_gigabytes: 10,
      droplet_ids: [],
      filesystem_type: "ext4",
      filesystem_label: "wiki",
      tags: ["office"],
      region: { slug: "fra1" },
    });
    expect(api.hosts.volumes.get(id)?.spec).toEqual({ id, sizeGb: 10, filesystem: "ext4", label: "wiki" });
    expect((await api.get(`/v2/volumes/${id}`)).at("volume")).toEqual(made.at("volume"));
  });

  test("are found by name, by region, and by both", async () => {
    const here = await volume();
    const there = await volume({ region: "nyc3" });
    const ids = async (query: string): Promise<unknown[]> =>
      (await api.get(`/v2/volumes${query}`)).list("volumes").map((one) => (one as { id: string }).id);
    expect(await ids("")).toEqual([here, there]);
    expect(await ids("?name=data")).toEqual([here, there]);
    expect(await ids("?region=nyc3")).toEqual([there]);
    expect(await ids("?name=data&region=fra1")).toEqual([here]);
    expect(await ids("?name=other")).toEqual([]);
  });

  test("are deleted by id, and by name and region", async () => {
    const here = await volume();
    const there = await volume({ region: "nyc3" });
    expect((await api.delete(`/v2/volumes/${here}`)).status).toBe(204);
    expect((await api.get(`/v2/volumes/${here}`)).status).toBe(404);
    expect((await api.delete("/v2/volumes?name=data&region=fra1")).status).toBe(404);
    expect((await api.delete("/v2/volumes?name=data&region=nyc3")).status).toBe(204);
    expect((await api.get(`/v2/volumes/${there}`)).status).toBe(404);
    expect(api.hosts.volumes.size).toBe(0);
  });

  test("of one name in several regions are told apart by the region only", async () => {
    await volume();
    await volume({ region: "nyc3" });
    expect((await api.delete("/v2/volumes?name=data")).text("message")).toContain("several regions");
    expect(api.hosts.volumes.size).toBe(2);
  });

  test.each([
    ["Data", "invalid volume name"],
    ["1data", "invalid volume name"],
    ["da_ta", "invalid volume name"],
    ["", "invalid volume name"],
    ["a".repeat(65), "invalid volume name"],
  ])("can't be called %p", async (name, message) => {
    const answer = await api.post("/v2/volumes", { ...data, name });
    expect([answer.status, answer.text("message")]).toEqual([422, expect.stringContaining(message)]);
  });

  test.each([
    [{ size_gigabytes: 0 }, "between 1 and 16384"],
    [{ size_gigabytes: 16_385 }, "between 1 and 16384"],
    [{ size_gigabytes: undefined }, "between 1 and 16384"],
    [{ region: "sfo1" }, "Storage is not supported for this region"],
    [{ region: "mars" }, "Storage is not supported for this region"],
    [{ filesystem_type: "ntfs" }, "ext4 or xfs"],
    [{ filesystem_type: "xfs", filesystem_label: "thirteenchars" }, "12 characters at most"],
    [{ filesystem_label: "wiki" }, "only with a filesystem_type"],
    [{ tags: ["two words"] }, "Tag name is invalid"],
  ])("are refused with %p", async (more, message) => {
    const answer = await api.post("/v2/volumes", { ...data, ...more });
    expect([answer.status, answer.text("message")]).toEqual([422, expect.stringContaining(message)]);
    expect(api.hosts.named("createVolume")).toEqual([]);
  });

  test("may have the longest name and the largest size", async () => {
    const name = "a".repeat(64);
    const made = await api.post("/v2/volumes", { ...data, name, size_gigabytes: 16_384 });
    expect(made.at("volume")).toMatchObject({ name, size_gigabytes: 16_384 });
  });

  test("have a name once in a region", async () => {
    await volume();
    const answer = await api.post("/v2/volumes", data);
    expect([answer.status, answer.at("id"), answer.at("message")]).toEqual([409, "conflict", "already exists"]);
  });

  test("that the room can't make are not there", async () => {
    api.hosts.refuse("createVolume", "no space left");
    const answer = await api.post("/v2/volumes", data);
    expect(answer.status).toBe(500);
    expect(answer.text("message")).not.toContain("no space left");
    expect((await api.get("/v2/volumes")).list("volumes")).toEqual([]);
    expect(api.log.join("\n")).toContain("no space left");
    api.hosts.accept("createVolume");
    await volume();
  });

  test("that the room can't remove stay", async () => {
    const id = await volume();
    api.hosts.refuse("destroyVolume", "busy");
    expect((await api.delete(`/v2/volumes/${id}`)).status).toBe(500);
    expect((await api.get(`/v2/volumes/${id}`)).status).toBe(200);
    api.hosts.accept("destroyVolume");
    expect((await api.delete(`/v2/volumes/${id}`)).status).toBe(204);
  });

  test("that there are not are not found", async () => {
    for (const path of ["", "/snapshots", "/actions"]) {
      expect((await api.get(`/v2/volumes/${randomUUID()}${path}`)).status).toBe(404);
    }
    expect((await api.delete(`/v2/volumes/${randomUUID()}`)).status).toBe(404);
  });

  test("in the making show no action of their own", async () => {
    const id = await volume();
    expect((await api.get(`/v2/volumes/${id}/actions`)).list("actions")).toEqual([]);
    expect((await api.get("/v2/actions")).list("actions")).toEqual([]);
  });
});
