import { FaultyApi } from "./faulty-api";

type Json = Record<string, unknown>;

describe("another version of the API", () => {
  let api: FaultyApi;
  let id: number;
  beforeEach(async () => {
    api = await FaultyApi.open();
    id = await api.droplet("web");
  });
  afterEach(() => api.close());

  const body = async (path = `/v2/droplets/${id}`): Promise<Json> => JSON.parse((await api.get(path)).body) as Json;
  const droplet = async (): Promise<Json> => (await body()).droplet as Json;

  test("a field has another name, in the same place", async () => {
    const before = await droplet();
    const fault = api.add({ kind: "field-renamed", path: "$.droplet.size_slug", to: "size_name" });
    const after = await droplet();
    const names = Object.keys(before).map((name) => (name === "size_slug" ? "size_name" : name));
    expect(Object.keys(after)).toEqual(names);
    expect(after.size_name).toBe(before.size_slug);
    const { headers, body: text } = await api.get(`/v2/droplets/${id}`);
    expect(headers).toMatchObject({ "x-sandbox-fault": fault, "content-length": String(text.length) });
  });

  test("in every element of a list", async () => {
    await api.droplet("other");
    api.add({ kind: "field-renamed", path: "$.droplets[*].id", to: "droplet_id" });
    const { droplets } = (await body("/v2/droplets")) as { droplets: Json[] };
    expect(droplets.map((one) => [one.id, one.droplet_id])).toEqual([
      [undefined, id],
      [undefined, id + 1],
    ]);
  });

  test("a field is not there, wherever it was", async () => {
    api.add({ kind: "field-dropped", path: "$..slug" });
    const text = (await api.get(`/v2/droplets/${id}`)).body;
    expect(text).not.toContain('"slug"');
    expect(text).toContain('"size_slug"');
  });

  test("an element of a list is not there", async () => {
    const { networks } = (await droplet()) as { networks: { v4: Json[] } };
    api.add({ kind: "field-dropped", path: "$.droplet.networks.v4[0]" });
    expect(await droplet()).toMatchObject({ networks: { v4: networks.v4.slice(1) } });
  });

  test.each([
    ["$.droplet.id", "string", () => String(id)],
    ["$.droplet.name", "number", () => 0],
    ["$.droplet.vcpus", "number", () => 1],
    ["$.droplet.locked", "string", () => "false"],
    ["$.droplet.vcpus", "boolean", () => true],
    ["$.droplet.name", "array", () => ["web"]],
    ["$.droplet.name", "object", () => ({ value: "web" })],
    ["$.droplet.name", "null", () => null],
    ["$.droplet.tags", "string", () => "[]"],
  ])("%s becomes a %s", async (path, to, becomes) => {
    api.add({ kind: "type-changed", path, to });
    expect((await droplet())[path.split(".").at(-1)!]).toEqual(becomes());
  });

  test("the answer is inside of something else", async () => {
    const before = await body();
    api.add({ kind: "wrapped", in: "data" });
    expect(await body()).toEqual({ data: before });
  });

  test("or a part of it is", async () => {
    const before = await droplet();
    api.add({ kind: "wrapped", in: "attributes", path: "$.droplet" });
    expect(await body()).toEqual({ droplet: { attributes: before } });
  });

  test("several changes make a version", async () => {
    const fields = api.add({ kind: "field-renamed", path: "$.droplet.id", to: "uuid" });
    const types = api.add({ kind: "type-changed", path: "$.droplet.uuid", to: "string" });
    const envelope = api.add({ kind: "wrapped", in: "data" });
    const answer = await api.get(`/v2/droplets/${id}`);
    expect(JSON.parse(answer.body)).toMatchObject({ data: { droplet: { uuid: String(id) } } });
    expect(answer.headers["x-sandbox-fault"]).toBe([fields, types, envelope].join(", "));
  });

  test("an answer without the field is none of its matches", async () => {
    const fault = api.add({ kind: "field-dropped", path: "$.droplet.id", count: 1 });
    expect((await api.get("/v2/account")).headers["x-sandbox-fault"]).toBeUndefined();
    expect((await api.get("/v2/droplets/999")).status).toBe(404);
    expect(api.faults.get(fault)).toMatchObject({ matched: 0, struck: 0 });
    expect((await droplet()).id).toBeUndefined();
  });
});
