import { ManualClock } from "../../../sandbox/clock";
import { keepBackupsOnce, scheduleBackups } from "../../../sandbox/digitalocean/backup-schedule";
import { windowAfter } from "../../../sandbox/digitalocean/models/backups";
import { type Response, TestApi } from "./api";

const hour = 3_600_000;
const day = 24 * hour;

/** A Sunday, half an hour after noon. */
const start = new Date("2026-03-01T12:30:00Z");

describe("backups of a droplet", () => {
  let api: TestApi;
  let clock: ManualClock;
  let id: number;
  beforeEach(async () => {
    clock = new ManualClock(start);
    api = await TestApi.open({ clock });
    id = await api.droplet("web");
  });
  afterEach(() => api.close());

  const act = async (type: string, more: object = {}): Promise<Response> => {
    const answer = await api.post(`/v2/droplets/${id}/actions`, { type, ...more });
    await api.cloud.settled();
    return answer;
  };
  const enable = (policy: object): Promise<Response> => act("enable_backups", { backup_policy: policy });
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await keepBackupsOnce(api.cloud);
    await api.cloud.settled();
  };
  const backups = async (): Promise<readonly unknown[]> =>
    (await api.get(`/v2/droplets/${id}/backups`)).list("backups");

  test("are made daily at midnight unless the request says otherwise", async () => {
    await act("enable_backups");
    const policy = { plan: "daily", hour: 0, window_length_hours: 4, retention_period_days: 7 };
    expect((await api.get(`/v2/droplets/${id}/backups/policy`)).at("policy")).toEqual({
      droplet_id: id,
      backup_enabled: true,
      backup_policy: policy,
      next_backup_window: { start: "2026-03-02T00:00:00Z", end: "2026-03-02T04:00:00Z" },
    });
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet")).toMatchObject({
      features: expect.arrayContaining(["backups"]) as unknown,
      next_backup_window: { start: "2026-03-02T00:00:00Z" },
    });
  });

  test("have a policy from the droplet's first day on", async () => {
    const other = await api.droplet("shop", {
      backups: true,
      backup_policy: { plan: "weekly", weekday: "TUE", hour: 8 },
    });
    expect((await api.get(`/v2/droplets/${other}/backups/policy`)).at("policy")).toMatchObject({
      backup_policy: { plan: "weekly", weekday: "TUE", hour: 8, retention_period_days: 28 },
      next_backup_window: { start: "2026-03-03T08:00:00Z" },
    });
    expect((await api.get("/v2/droplets/backups/policies")).at("policies")).toMatchObject({
      [id]: { droplet_id: id, backup_enabled: false },
      [other]: { droplet_id: other, backup_enabled: true },
    });
  });

  test("come when their window does, and not before", async () => {
    await enable({ plan: "daily", hour: 16 });
    await advance(3 * hour);
    expect(await backups()).toEqual([]);
    await advance(hour);
    expect(await backups()).toMatchObject([{ name: "web 2026-03-01", type: "backup", min_disk_size: 25 }]);
    await advance(hour);
    expect(await backups()).toHaveLength(1);
    await advance(day);
    expect(await backups()).toHaveLength(2);
    const droplet = await api.get(`/v2/droplets/${id}`);
    expect(droplet.list("droplet", "backup_ids")).toHaveLength(2);
    expect(droplet.at("droplet", "next_backup_window", "start")).toBe("2026-03-03T16:00:00Z");
    expect((await api.get(`/v2/droplets/${id}/actions`)).at("actions", 0)).toMatchObject({ type: "backup" });
  });

  test("of one droplet are no reason for another one's", async () => {
    const other = await api.droplet("later", { backups: true, backup_policy: { hour: 20 } });
    await enable({ hour: 16 });
    await advance(4 * hour);
    expect((await api.get(`/v2/droplets/${other}/backups`)).list("backups")).toEqual([]);
    expect(await backups()).toHaveLength(1);
  });

  test("are images, but no snapshots", async () => {
    await enable({ hour: 16 });
    await advance(4 * hour);
    expect((await api.get("/v2/images?private=true")).list("images")).toMatchObject([{ type: "backup" }]);
    expect((await api.get("/v2/snapshots")).list("snapshots")).toEqual([]);
    expect((await api.get(`/v2/droplets/${id}/snapshots`)).list("snapshots")).toEqual([]);
  });

  test("of a daily plan go after a week, of a weekly one after four", async () => {
    await enable({ plan: "daily", hour: 16 });
    for (let days = 0; days < 10; days++) await advance(days === 0 ? 4 * hour : day);
    expect(await backups()).toHaveLength(7);
    expect(api.hosts.snapshots.size).toBe(7);
    await act("change_backup_policy", { backup_policy: { plan: "weekly", weekday: "TUE", hour: 16 } });
    for (let weeks = 0; weeks < 8; weeks++) await advance(7 * day);
    expect(await backups()).toHaveLength(4);
    expect(api.hosts.snapshots.size).toBe(4);
  });

  test("stay when no more are made, until their time is over", async () => {
    await enable({ hour: 16 });
    await advance(4 * hour);
    await act("disable_backups");
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet")).toMatchObject({ next_backup_window: null });
    await advance(6 * day);
    expect(await backups()).toHaveLength(1);
    await advance(day);
    expect(await backups()).toHaveLength(0);
  });

  test("that would have been made while nothing ran are made up for by one", async () => {
    await enable({ hour: 16 });
    await advance(3 * day);
    expect(await backups()).toHaveLength(1);
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "next_backup_window", "start")).toBe(
      "2026-03-04T16:00:00Z",
    );
    await advance(4 * hour);
    expect(await backups()).toHaveLength(2);
  });

  test("wait while the droplet is busy", async () => {
    await enable({ hour: 16 });
    api.hosts.hold();
    await api.post(`/v2/droplets/${id}/actions`, { type: "reboot" });
    clock.advance(4 * hour);
    await keepBackupsOnce(api.cloud);
    api.hosts.release();
    await api.cloud.settled();
    expect(await backups()).toEqual([]);
    await advance(hour);
    expect(await backups()).toHaveLength(1);
  });

  test("are looked for as long as the sandbox runs", async () => {
    await enable({ hour: 16 });
    const end = scheduleBackups(api.cloud, (line) => api.log.push(line));
    clock.advance(4 * hour);
    while ((await backups()).length === 0) clock.advance(60_000);
    await end();
    clock.advance(day);
    await api.cloud.settled();
    expect(await backups()).toHaveLength(1);
  });

  test("bring a droplet back to what it was", async () => {
    await enable({ hour: 16 });
    await advance(4 * hour);
    const [backup] = (await api.get(`/v2/droplets/${id}`)).list("droplet", "backup_ids");
    await act("restore", { image: backup });
    expect(api.hosts.specOf(id).image).toBe(String(backup));
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet")).toMatchObject({
      status: "active",
      image: { slug: "debian-13-x64" },
    });
    await act("snapshot", { name: "mine" });
    const [snapshot] = (await api.get(`/v2/droplets/${id}`)).list("droplet", "snapshot_ids");
    const other = await api.droplet("other");
    for (const [droplet, image] of [
      [id, snapshot],
      [id, 1],
      [id, undefined],
      [other, backup],
    ]) {
      expect((await api.post(`/v2/droplets/${String(droplet)}/actions`, { type: "restore", image })).status).toBe(422);
    }
  });

  test("are made snapshots, which nobody removes", async () => {
    await enable({ hour: 16 });
    await advance(4 * hour);
    const [backup] = (await api.get(`/v2/droplets/${id}`)).list("droplet", "backup_ids");
    await api.post(`/v2/images/${String(backup)}/actions`, { type: "convert" });
    await act("disable_backups");
    await advance(8 * day);
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet")).toMatchObject({
      backup_ids: [],
      snapshot_ids: [backup],
    });
    expect((await api.get(`/v2/snapshots/${String(backup)}`)).status).toBe(200);
  });

  test.each([
    [{ plan: "hourly" }, "plan must be daily or weekly"],
    [{ plan: "weekly", weekday: "Monday" }, "weekday must be one of"],
    [{ hour: 3 }, "hour must be one of 0, 4, 8, 12, 16, 20"],
  ])("refuse the policy %p", async (policy, message) => {
    expect((await enable(policy)).text("message")).toContain(message);
    const made = await api.post("/v2/droplets", {
      name: "x",
      region: "fra1",
      size: "s-1vcpu-1gb",
      image: "debian-13-x64",
      backups: true,
      backup_policy: policy,
    });
    expect(made.status).toBe(422);
  });

  test("are switched on once, and off and changed only when they are on", async () => {
    expect((await act("disable_backups")).status).toBe(422);
    expect((await act("change_backup_policy", { backup_policy: { plan: "daily" } })).status).toBe(422);
    expect((await act("enable_backups")).status).toBe(201);
    expect((await act("enable_backups")).status).toBe(422);
    expect((await act("change_backup_policy")).status).toBe(422);
    expect((await act("change_backup_policy", { backup_policy: { plan: "daily", hour: 20 } })).status).toBe(201);
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "next_backup_window", "start")).toBe(
      "2026-03-01T20:00:00Z",
    );
  });

  test("can be had in the ways that are listed", async () => {
    const supported = await api.get("/v2/droplets/backups/supported_policies");
    expect(supported.list("supported_policies")).toMatchObject([
      { name: "weekly", retention_period_days: 28, possible_days: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] },
      { name: "daily", retention_period_days: 7, possible_days: [] },
    ]);
  });
});

describe("the window after a time", () => {
  test.each([
    [{ plan: "daily", hour: 12 }, "2026-03-01T11:59:59Z", "2026-03-01T12:00:00Z"],
    [{ plan: "daily", hour: 12 }, "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z"],
    [{ plan: "weekly", weekday: "SUN", hour: 12 }, "2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z"],
    [{ plan: "weekly", weekday: "SUN", hour: 12 }, "2026-03-01T12:00:00Z", "2026-03-08T12:00:00Z"],
    [{ plan: "weekly", weekday: "SAT", hour: 20 }, "2026-12-27T21:00:00Z", "2027-01-02T20:00:00Z"],
  ] as const)("%p after %s begins at %s", (policy, after, begins) => {
    expect(windowAfter(policy, new Date(after))).toBe(begins);
  });
});
