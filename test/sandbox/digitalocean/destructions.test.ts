import { TestApi, token } from "./api";

describe("a droplet's end together with what goes with it", () => {
  let api: TestApi;
  let id: number;
  let ip: string;
  let volume: string;
  let snapshot: number;
  let volumeSnapshot: string;
  beforeEach(async () => {
    api = await TestApi.open();
    volume = (await api.post("/v2/volumes", { name: "data", region: "fra1", size_gigabytes: 100 })).text(
      "volume",
      "id",
    );
    id = await api.droplet("web", { volumes: [volume] });
    ip = (await api.post("/v2/reserved_ips", { droplet_id: id })).text("reserved_ip", "ip");
    volumeSnapshot = (await api.post(`/v2/volumes/${volume}/snapshots`, { name: "nightly" })).text("snapshot", "id");
    await api.cloud.settled();
    await api.post(`/v2/droplets/${id}/actions`, { type: "snapshot", name: "mine" });
    await api.cloud.settled();
    snapshot = (await api.get(`/v2/droplets/${id}`)).number("droplet", "snapshot_ids", 0);
  });
  afterEach(() => api.close());

  const path = (what = ""): string => `/v2/droplets/${id}/destroy_with_associated_resources${what}`;
  const dangerous = (headers: Record<string, string> = { "x-dangerous": "true" }): ReturnType<TestApi["call"]> =>
    api.call("DELETE", path("/dangerous"), undefined, { authorization: `Bearer ${token}`, ...headers });
  const left = async (): Promise<number[]> =>
    Promise.all(
      [
        `/v2/droplets/${id}`,
        `/v2/reserved_ips/${ip}`,
        `/v2/volumes/${volume}`,
        `/v2/snapshots/${snapshot}`,
        `/v2/snapshots/${volumeSnapshot}`,
      ].map(async (one) => (await api.get(one)).status),
    );

  test("is told beforehand, with what it goes on costing otherwise", async () => {
    const associated = await api.get(path());
    const number = String(ip.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0));
    expect(associated.body).toEqual({
      reserved_ips: [{ id: number, name: ip, cost: "5.00" }],
      floating_ips: [{ id: number, name: ip, cost: "5.00" }],
      snapshots: [{ id: String(snapshot), name: "mine", cost: "0.03" }],
      volumes: [{ id: volume, name: "data", cost: "10.00" }],
      volume_snapshots: [{ id: volumeSnapshot, name: "nightly", cost: "0.01" }],
    });
  });

  test("takes all of it when that is wanted dangerously", async () => {
    expect((await dangerous({})).status).toBe(400);
    expect(await left()).toEqual([200, 200, 200, 200, 200]);
    expect((await dangerous()).status).toBe(202);
    await api.cloud.settled();
    expect(await left()).toEqual([404, 404, 404, 404, 404]);
    expect([api.hosts.machines.size, api.hosts.volumes.size, api.hosts.snapshots.size]).toEqual([0, 0, 0]);
    const status = await api.get(path("/status"));
    expect(status.at("failures")).toBe(0);
    expect(status.at("droplet")).toMatchObject({ id: String(id), name: "web" });
    expect(status.text("droplet", "destroyed_at")).toBe(status.text("completed_at"));
    expect(status.list("resources", "volumes")).toMatchObject([{ id: volume, name: "data" }]);
  });

  test("takes what is chosen, and leaves the rest", async () => {
    const answer = await api.delete(path("/selective"), { volumes: [volume], reserved_ips: [ip] });
    expect(answer.status).toBe(202);
    await api.cloud.settled();
    expect(await left()).toEqual([404, 404, 404, 200, 200]);
  });

  test("without a choice takes the droplet alone, and its volume is free", async () => {
    await api.delete(path("/selective"), {});
    await api.cloud.settled();
    expect(await left()).toEqual([404, 200, 200, 200, 200]);
    expect((await api.get(`/v2/volumes/${volume}`)).at("volume", "droplet_ids")).toEqual([]);
  });

  test("is refused for what does not belong to it", async () => {
    const answer = await api.delete(path("/selective"), { volumes: ["other"] });
    expect([answer.status, answer.text("message")]).toEqual([422, "volume other is not associated with the Droplet."]);
    expect((await api.get(path("/status"))).status).toBe(404);
  });

  test("locks the droplet, and there is one at a time", async () => {
    api.hosts.hold();
    await dangerous();
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "locked")).toBe(true);
    expect((await dangerous()).status).toBe(422);
    expect((await api.post(path("/retry"), {})).status).toBe(409);
    expect((await api.post(`/v2/volumes/${volume}/snapshots`, { name: "late" })).status).toBe(422);
    expect((await api.get(path("/status"))).at("completed_at")).toBeUndefined();
    api.hosts.release();
  });

  test("says what failed, keeps the droplet, and can be tried again", async () => {
    api.hosts.refuse("destroyVolume", "device or resource busy");
    await dangerous();
    await api.cloud.settled();
    expect(await left()).toEqual([200, 404, 200, 404, 404]);
    expect(api.hosts.status(id)).toBe("active");
    const status = await api.get(path("/status"));
    expect(status.at("failures")).toBe(1);
    expect(status.text("resources", "volumes", 0, "error_message")).not.toContain("busy");
    expect(api.log.join("\n")).toContain("device or resource busy");
    api.hosts.accept("destroyVolume");
    expect((await api.post(path("/retry"), {})).status).toBe(202);
    await api.cloud.settled();
    expect(await left()).toEqual([404, 404, 404, 404, 404]);
    expect((await api.get(path("/status"))).at("failures")).toBe(0);
    expect((await api.post(path("/retry"), {})).status).toBe(422);
  });
});
