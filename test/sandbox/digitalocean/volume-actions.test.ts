import { type Response, TestApi } from "./api";

describe("actions on a volume", () => {
  let api: TestApi;
  let droplet: number;
  let volume: string;
  beforeEach(async () => {
    api = await TestApi.open();
    droplet = await api.droplet("web");
    volume = await make("data");
  });
  afterEach(() => api.close());

  const make = async (name: string, more: object = {}): Promise<string> =>
    (await api.post("/v2/volumes", { name, region: "fra1", size_gigabytes: 10, ...more })).text("volume", "id");
  const act = async (type: string, more: object = {}, id = volume): Promise<Response> => {
    const answer = await api.post(`/v2/volumes/${id}/actions`, { type, ...more });
    await api.cloud.settled();
    return answer;
  };
  const attachment = async (): Promise<unknown> => (await api.get(`/v2/volumes/${volume}`)).at("volume", "droplet_ids");
  const refused = (answer: Response): [number, string] => [answer.status, answer.text("message")];

  test("attach puts it into the droplet under its name, and both say so", async () => {
    const begun = await act("attach", { droplet_id: droplet, region: "fra1" });
    expect(begun.status).toBe(202);
    expect(begun.at("action")).toMatchObject({ type: "attach_volume", resource_type: "volume", resource_id: null });
    expect(api.hosts.volumes.get(volume)?.attached).toEqual({ machineId: droplet, name: "data" });
    expect(await attachment()).toEqual([droplet]);
    expect((await api.get(`/v2/droplets/${droplet}`)).at("droplet", "volume_ids")).toEqual([volume]);
  });

  test("detach takes it out again", async () => {
    await act("attach", { droplet_id: droplet });
    expect((await act("detach", { droplet_id: droplet })).at("action", "type")).toBe("detach_volume");
    expect(api.hosts.volumes.get(volume)?.attached).toBeUndefined();
    expect(await attachment()).toEqual([]);
    expect((await api.get(`/v2/droplets/${droplet}`)).at("droplet", "volume_ids")).toEqual([]);
  });

  test("are known by the volume's name as well", async () => {
    const named = { volume_name: "data", region: "fra1", droplet_id: droplet };
    expect((await api.post("/v2/volumes/actions", { type: "attach", ...named })).status).toBe(202);
    await api.cloud.settled();
    expect(await attachment()).toEqual([droplet]);
    expect((await api.post("/v2/volumes/actions", { type: "detach", ...named })).status).toBe(202);
    await api.cloud.settled();
    expect(await attachment()).toEqual([]);
    const elsewhere = { type: "attach", ...named, region: "nyc3" };
    expect((await api.post("/v2/volumes/actions", elsewhere)).status).toBe(404);
  });

  test("a droplet's number may be text", async () => {
    await act("attach", { droplet_id: String(droplet) });
    expect(await attachment()).toEqual([droplet]);
  });

  test("are listed, the newest first, and found", async () => {
    const first = (await act("attach", { droplet_id: droplet })).number("action", "id");
    const second = (await act("detach", { droplet_id: droplet })).number("action", "id");
    const listed = (await api.get(`/v2/volumes/${volume}/actions`)).list("actions");
    expect(listed).toMatchObject([
      { id: second, status: "completed" },
      { id: first, status: "completed" },
    ]);
    expect((await api.get(`/v2/volumes/${volume}/actions/${first}`)).at("action", "id")).toBe(first);
    const other = await make("other");
    expect((await api.get(`/v2/volumes/${other}/actions/${first}`)).status).toBe(404);
  });

  test("one volume is in one droplet", async () => {
    await act("attach", { droplet_id: droplet });
    const other = await api.droplet("other");
    const message = "This volume is already attached";
    expect(refused(await act("attach", { droplet_id: other }))).toEqual([422, message]);
    expect(refused(await act("attach", { droplet_id: droplet }))).toEqual([422, message]);
  });

  test("a droplet has fifteen at most", async () => {
    for (let count = 1; count <= 15; count++) {
      expect((await act("attach", { droplet_id: droplet }, await make(`data-${count}`))).status).toBe(202);
    }
    expect(refused(await act("attach", { droplet_id: droplet }))).toEqual([422, expect.stringContaining("15 volumes")]);
  });

  test("is refused where the droplet is in another region, or not at all", async () => {
    const far = await make("far", { region: "nyc3" });
    expect(refused(await act("attach", { droplet_id: droplet }, far))).toEqual([
      422,
      expect.stringContaining("another region"),
    ]);
    expect((await act("attach", { droplet_id: droplet, region: "nyc3" })).status).toBe(422);
    expect((await act("attach", { droplet_id: 1 })).status).toBe(404);
    expect((await act("attach")).status).toBe(422);
    expect((await act("explode")).status).toBe(422);
  });

  test("detach is refused where it is not attached", async () => {
    const message = "error detaching volume from droplet: volume is not attached to droplet";
    expect(refused(await act("detach", { droplet_id: droplet }))).toEqual([404, message]);
    await act("attach", { droplet_id: droplet });
    expect(refused(await act("detach", { droplet_id: await api.droplet("other") }))).toEqual([404, message]);
  });

  test("an attached one can't be deleted", async () => {
    await act("attach", { droplet_id: droplet });
    const answer = await api.delete(`/v2/volumes/${volume}`);
    expect([answer.status, answer.at("id")]).toEqual([409, "conflict"]);
    expect(answer.text("message")).toContain("attached to a Droplet cannot be deleted");
    await act("detach", { droplet_id: droplet });
    expect((await api.delete(`/v2/volumes/${volume}`)).status).toBe(204);
  });

  test("resize makes it larger, attached or not, and never smaller", async () => {
    expect((await act("resize", { size_gigabytes: 20, region: "fra1" })).at("action", "type")).toBe("resize");
    await act("attach", { droplet_id: droplet });
    await act("resize", { size_gigabytes: 30 });
    expect((await api.get(`/v2/volumes/${volume}`)).at("volume", "size_gigabytes")).toBe(30);
    expect(api.hosts.volumes.get(volume)?.spec.sizeGb).toBe(30);
    for (const size_gigabytes of [30, 10, 16_385, undefined]) {
      expect((await act("resize", { size_gigabytes })).status).toBe(422);
    }
  });

  test("lock the droplet, and need it unlocked", async () => {
    const other = await make("other");
    api.hosts.hold();
    await api.post(`/v2/volumes/${volume}/actions`, { type: "attach", droplet_id: droplet });
    expect((await api.get(`/v2/droplets/${droplet}`)).at("droplet", "locked")).toBe(true);
    const busy = "Droplet already has a pending event.";
    for (const answer of [
      await api.post(`/v2/volumes/${other}/actions`, { type: "attach", droplet_id: droplet }),
      await api.post(`/v2/droplets/${droplet}/actions`, { type: "reboot" }),
      await api.delete(`/v2/droplets/${droplet}`),
    ]) {
      expect(refused(answer)).toEqual([422, busy]);
    }
    expect(refused(await api.post(`/v2/volumes/${volume}/actions`, { type: "resize", size_gigabytes: 20 }))).toEqual([
      422,
      "Volume already has a pending event.",
    ]);
    api.hosts.release();
    await api.cloud.settled();
    expect((await api.get(`/v2/droplets/${droplet}`)).at("droplet", "locked")).toBe(false);
  });

  test("a failing one leaves it as it was", async () => {
    api.hosts.refuse("attachVolume", "no more slots");
    const begun = await act("attach", { droplet_id: droplet });
    expect((await api.get(`/v2/actions/${begun.number("action", "id")}`)).at("action", "status")).toBe("errored");
    expect(await attachment()).toEqual([]);
    expect(api.hosts.named("detachVolume")).toHaveLength(1);
  });

  test("the end of the droplet sets it free", async () => {
    await act("attach", { droplet_id: droplet });
    await api.delete(`/v2/droplets/${droplet}`);
    await api.cloud.settled();
    expect(await attachment()).toEqual([]);
    expect(api.hosts.volumes.get(volume)?.attached).toBeUndefined();
    const calls = api.hosts.calls.map(({ name }) => name);
    expect(calls.indexOf("detachVolume")).toBeLessThan(calls.indexOf("destroy"));
  });
});

describe("volumes of a new droplet", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const volume = async (name: string, region = "fra1"): Promise<string> =>
    (await api.post("/v2/volumes", { name, region, size_gigabytes: 1 })).text("volume", "id");
  const droplet = (volumes: unknown, more: object = {}): Promise<Response> =>
    api.post("/v2/droplets", {
      name: "web",
      region: "fra1",
      size: "s-1vcpu-1gb",
      image: "debian-13-x64",
      volumes,
      ...more,
    });

  test("are in it once it runs, however they are named", async () => {
    const ids = [await volume("one"), await volume("two"), await volume("three")];
    const made = await droplet([ids[0], { id: ids[1] }, { name: "three" }]);
    const id = made.number("droplet", "id");
    expect(made.at("droplet", "volume_ids")).toEqual(ids);
    await api.cloud.settled();
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet")).toMatchObject({ status: "active", volume_ids: ids });
    expect([...api.hosts.volumes.values()].map(({ attached }) => attached?.machineId)).toEqual([id, id, id]);
  });

  test("have to be there, free, near, and asked for by one droplet", async () => {
    const one = await volume("one");
    const far = await volume("far", "nyc3");
    expect((await droplet(["nothing"])).status).toBe(422);
    expect((await droplet([far])).status).toBe(422);
    expect((await droplet([one], { name: undefined, names: ["a", "b"] })).status).toBe(422);
    expect((await droplet([one])).status).toBe(202);
    await api.cloud.settled();
    expect((await droplet([one])).text("message")).toBe("This volume is already attached");
  });

  test("are free again when the droplet can't be made", async () => {
    const one = await volume("one");
    api.hosts.refuse("create", "no space left");
    await droplet([one]);
    await api.cloud.settled();
    expect((await api.get(`/v2/volumes/${one}`)).at("volume", "droplet_ids")).toEqual([]);
    expect((await api.delete(`/v2/volumes/${one}`)).status).toBe(204);
  });
});
