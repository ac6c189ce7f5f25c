import { keepBackupsOnce } from "../../../sandbox/digitalocean/backup-schedule";
import { ManualClock } from "../../../sandbox/clock";
import { TestApi } from "./api";

/** A request whose answer the client never gets, because the daemon is killed before. */
function abandoned(request: Promise<unknown>): void {
  request.catch(() => undefined);
}

describe("storage after the daemon was killed", () => {
  let api: TestApi;
  let droplet: number;
  beforeEach(async () => {
    api = await TestApi.open();
    droplet = await api.droplet("web");
  });
  afterEach(() => api.close());

  const data = { name: "data", region: "fra1", size_gigabytes: 10 };
  const volume = async (): Promise<string> => (await api.post("/v2/volumes", data)).text("volume", "id");
  /** Kills the daemon once the room was asked for something, and waits for what the next one goes on with. */
  const killAt = async (call: string): Promise<void> => {
    while (api.hosts.named(call).length === 0) await new Promise(setImmediate);
    await api.restart();
    await api.cloud.settled();
  };

  test.each(["before", "after"] as const)(
    "a volume that was being made is made once: killed %s the room did it",
    async (when) => {
      api.hosts.hold(when);
      abandoned(api.post("/v2/volumes", data));
      await killAt("createVolume");
      const volumes = (await api.get("/v2/volumes")).list("volumes");
      expect(volumes).toMatchObject([{ name: "data" }]);
      expect([...api.hosts.volumes.keys()]).toEqual([(volumes[0] as { id: string }).id]);
    },
  );

  test.each(["before", "after"] as const)("a volume that was being deleted is gone: killed %s", async (when) => {
    const id = await volume();
    api.hosts.hold(when);
    abandoned(api.delete(`/v2/volumes/${id}`));
    await killAt("destroyVolume");
    expect((await api.get(`/v2/volumes/${id}`)).status).toBe(404);
    expect(api.hosts.volumes.size).toBe(0);
  });

  test.each(["before", "after"] as const)("a volume that was being attached is attached: killed %s", async (when) => {
    const id = await volume();
    api.hosts.hold(when);
    await api.post(`/v2/volumes/${id}/actions`, { type: "attach", droplet_id: droplet });
    await killAt("attachVolume");
    expect((await api.get(`/v2/volumes/${id}`)).at("volume", "droplet_ids")).toEqual([droplet]);
    expect(api.hosts.volumes.get(id)?.attached).toEqual({ machineId: droplet, name: "data" });
    expect((await api.get(`/v2/droplets/${droplet}`)).at("droplet")).toMatchObject({ locked: false, status: "active" });
  });

  test.each(["before", "after"] as const)("a snapshot of a droplet is whole: killed %s", async (when) => {
    api.hosts.hold(when);
    await api.post(`/v2/droplets/${droplet}/actions`, { type: "snapshot", name: "mine" });
    await killAt("destroySnapshot");
    const calls = api.hosts.calls.map(({ name }) => name).filter((name) => /Snapshot|snapshot|power/.test(name));
    expect(calls).toEqual(["powerOn", "destroySnapshot", "snapshotMachine"]);
    const snapshots = (await api.get("/v2/snapshots")).list("snapshots");
    expect(snapshots).toMatchObject([{ name: "mine" }]);
    expect([...api.hosts.snapshots.keys()]).toEqual([(snapshots[0] as { id: string }).id]);
    expect((await api.get(`/v2/droplets/${droplet}`)).at("droplet")).toMatchObject({ locked: false, status: "active" });
  });

  test.each(["before", "after"] as const)("a snapshot of a volume is whole: killed %s", async (when) => {
    const id = await volume();
    api.hosts.hold(when);
    abandoned(api.post(`/v2/volumes/${id}/snapshots`, { name: "nightly" }));
    await killAt("destroySnapshot");
    const snapshots = (await api.get("/v2/snapshots")).list("snapshots");
    expect(snapshots).toMatchObject([{ name: "nightly", size_gigabytes: 0.14 }]);
    expect([...api.hosts.snapshots.keys()]).toEqual([(snapshots[0] as { id: string }).id]);
  });

  test("a droplet that was being made gets its volumes", async () => {
    const id = await volume();
    api.hosts.hold();
    const small = { region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };
    const made = (await api.post("/v2/droplets", { ...small, name: "shop", volumes: [id] })).number("droplet", "id");
    await api.restart();
    await api.cloud.settled();
    expect(api.hosts.volumes.get(id)?.attached?.machineId).toBe(made);
    expect((await api.get(`/v2/droplets/${made}`)).at("droplet")).toMatchObject({ status: "active", volume_ids: [id] });
  });

  test("an end together with what goes with it is gone on with", async () => {
    const id = await volume();
    await api.post(`/v2/volumes/${id}/actions`, { type: "attach", droplet_id: droplet });
    await api.cloud.settled();
    api.hosts.hold("after");
    const path = `/v2/droplets/${droplet}/destroy_with_associated_resources`;
    await api.delete(`${path}/selective`, { volumes: [id] });
    await killAt("destroyVolume");
    expect((await api.get(`${path}/status`)).at("failures")).toBe(0);
    expect([api.hosts.machines.size, api.hosts.volumes.size]).toEqual([0, 0]);
    expect((await api.get("/v2/volumes")).list("volumes")).toEqual([]);
    expect((await api.get("/v2/droplets")).list("droplets")).toEqual([]);
  });

  test("a password that was being reset is another one, and sent once", async () => {
    api.hosts.hold();
    await api.post(`/v2/droplets/${droplet}/actions`, { type: "password_reset" });
    await killAt("shutdown");
    expect(api.mails).toHaveLength(1);
    expect((await api.get(`/v2/droplets/${droplet}`)).at("droplet", "status")).toBe("active");
  });
});

describe("backups after the daemon was killed", () => {
  test("one that was being made is made, with its time to go", async () => {
    const clock = new ManualClock(new Date("2026-03-01T12:30:00Z"));
    const api = await TestApi.open({ clock });
    try {
      const id = await api.droplet("web", { backups: true, backup_policy: { plan: "daily", hour: 16 } });
      clock.advance(4 * 3_600_000);
      api.hosts.hold();
      await keepBackupsOnce(api.cloud);
      await api.restart();
      await api.cloud.settled();
      await keepBackupsOnce(api.cloud);
      await api.cloud.settled();
      expect((await api.get(`/v2/droplets/${id}/backups`)).list("backups")).toHaveLength(1);
      expect(api.cloud.state.snapshots).toMatchObject([{ expiresAt: "2026-03-08T16:30:00Z" }]);
    } finally {
      await api.close();
    }
  });
});
