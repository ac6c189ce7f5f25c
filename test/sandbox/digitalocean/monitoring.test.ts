import { ManualClock } from "../../../sandbox/clock";
import { Sampler } from "../../../sandbox/digitalocean/sampler";
import { TestApi } from "./api";
import { idleUsage } from "./recorded-hosts";

const minute = 60_000;
const start = new Date("2026-01-01T00:00:00Z");
const startSeconds = start.getTime() / 1000;

interface Series {
  readonly metric: Record<string, string>;
  readonly values: readonly [number, string][];
}

describe("a droplet's metrics", () => {
  let api: TestApi;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock(start);
    api = await TestApi.open({ clock });
  });
  afterEach(() => api.close());

  const ask = async (metric: string, id: number, more = "", end = startSeconds + 600): Promise<readonly Series[]> =>
    (
      await api.get(`/v2/monitoring/metrics/droplet/${metric}?host_id=${id}&start=${startSeconds}&end=${end}${more}`)
    ).list("data", "result") as readonly Series[];

  /** Moves the clock on, and waits until the machines were looked at again. */
  const minutes = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done++) {
      const looks = api.hosts.named("usage").length;
      clock.advance(minute);
      while (api.hosts.named("usage").length === looks) await new Promise(setImmediate);
      await new Promise(setImmediate);
    }
  };

  test("come from its machine, looked at every minute", async () => {
    const id = await api.droplet("web", { monitoring: true });
    await minutes(3);
    expect(await ask("memory_total", id)).toEqual([
      {
        metric: { host_id: String(id) },
        values: [
          [startSeconds + 60, String(1 << 30)],
          [startSeconds + 120, String(1 << 30)],
          [startSeconds + 180, String(1 << 30)],
          // What was seen last speaks for five minutes.
          ...[240, 300, 360, 420, 480].map((after) => [startSeconds + after, String(1 << 30)]),
        ],
      },
    ]);
  });

  test.each([
    ["memory_free", String((1 << 30) - (64 << 20))],
    ["memory_cached", String(32 << 20)],
    ["memory_available", String((1 << 30) - (32 << 20))],
    ["load_1", "0.02"],
    ["load_5", "0.01"],
    ["load_15", "0"],
    ["filesystem_size", "25000000000"],
    ["filesystem_free", "24000000000"],
  ])("%s is read from it", async (metric, value) => {
    const id = await api.droplet("web", { monitoring: true });
    await minutes(1);
    expect((await ask(metric, id)).map(({ values }) => values[0])).toEqual([[startSeconds + 60, value]]);
  });

  test("a processor's seconds are counted by mode, and begin anew with a boot", async () => {
    const id = await api.droplet("web", { monitoring: true });
    await minutes(1);
    api.hosts.usages.set(id, { ...idleUsage, cpuSeconds: { user: 11.5, system: 2.5 } });
    await minutes(1);
    api.hosts.usages.set(id, { ...idleUsage, cpuSeconds: { user: 0.25, system: 0 } });
    await minutes(1);
    const series = await ask("cpu", id, "", startSeconds + 180);
    const of = (mode: string) => series.find(({ metric }) => metric.mode === mode)?.values.map(([, value]) => value);
    expect(series.map(({ metric }) => metric.mode).sort()).toEqual([
      "idle",
      "iowait",
      "irq",
      "nice",
      "softirq",
      "steal",
      "system",
      "user",
    ]);
    expect([of("user"), of("system"), of("idle")]).toEqual([
      ["1.5", "11.5", "0.25"],
      ["0.5", "2.5", "0"],
      ["0", "48", "0"],
    ]);
  });

  test("bandwidth is in megabits a second, by interface and direction", async () => {
    const id = await api.droplet("web", { monitoring: true });
    await minutes(1);
    api.hosts.usages.set(id, { ...idleUsage, publicBytes: { in: 12_000 + 7_500_000, out: 8_000 } });
    await minutes(1);
    const [inbound] = await ask("bandwidth", id, "&interface=public&direction=inbound", startSeconds + 120);
    expect(inbound).toEqual({
      metric: { host_id: String(id), interface: "public", direction: "inbound" },
      values: [[startSeconds + 120, "1"]],
    });
    const [outbound] = await ask("bandwidth", id, "&interface=private&direction=outbound", startSeconds + 120);
    expect(outbound?.values).toEqual([[startSeconds + 120, "0"]]);
  });

  test("a longer window goes by longer steps", async () => {
    const id = await api.droplet("web", { monitoring: true });
    await minutes(5);
    const [series] = await ask("load_1", id, "", startSeconds + 6 * 3600);
    expect(series?.values.map(([at]) => at - startSeconds)).toEqual([120, 240, 360, 480, 600]);
  });

  test("nothing is known of a droplet without monitoring, and of one that is off", async () => {
    const watched = await api.droplet("watched", { monitoring: true });
    const other = await api.droplet("other");
    await minutes(1);
    await api.post(`/v2/droplets/${watched}/actions`, { type: "power_off" });
    await api.cloud.settled();
    clock.advance(10 * minute);
    expect(await ask("load_1", other)).toEqual([]);
    expect((await ask("load_1", watched, "", startSeconds + 1200))[0]?.values).toHaveLength(6);
  });

  test("a machine that can't be looked at is told of in the log, and the others are looked at", async () => {
    const sampler = new Sampler(api.cloud, { log: (line) => void api.log.push(line) });
    const id = await api.droplet("web", { monitoring: true });
    api.hosts.refuse("usage", "no such cgroup");
    await sampler.sample();
    expect(api.log.at(-1)).toBe(`droplet ${id} (web) could not be looked at: no such cgroup`);
    api.hosts.accept("usage");
    await sampler.sample();
    expect(sampler.of(id)).toHaveLength(1);
  });

  test("only so many samples are kept, and none of a droplet that is gone", async () => {
    const sampler = new Sampler(api.cloud, { kept: 3, log: () => undefined });
    const id = await api.droplet("web", { monitoring: true });
    for (let count = 0; count < 5; count++) await sampler.sample();
    expect(sampler.of(id)).toHaveLength(3);
    await api.delete(`/v2/droplets/${id}`);
    await api.cloud.settled();
    await sampler.sample();
    expect(sampler.of(id)).toEqual([]);
  });

  test.each([
    ["host_id=7&start=1&end=2", 404],
    ["start=1&end=2", 422],
    ["host_id=ID&start=now&end=2", 422],
    ["host_id=ID&start=3&end=2", 422],
  ])("a question of the form %s is refused", async (question, status) => {
    const id = await api.droplet("web", { monitoring: true });
    const answer = await api.get(`/v2/monitoring/metrics/droplet/cpu?${question.replace("ID", String(id))}`);
    expect(answer.status).toBe(status);
  });

  test("bandwidth needs to know of what", async () => {
    const id = await api.droplet("web", { monitoring: true });
    const question = `/v2/monitoring/metrics/droplet/bandwidth?host_id=${id}&start=1&end=2`;
    expect((await api.get(question)).text("message")).toMatch(/^interface has to be one of/);
    expect((await api.get(`${question}&interface=public&direction=up`)).text("message")).toMatch(/^direction/);
  });
});

describe("alert policies", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const policy = {
    alerts: { email: ["admin@example.com"], slack: [] },
    compare: "GreaterThan",
    description: "the processor is busy",
    enabled: true,
    entities: [] as string[],
    tags: ["web"],
    type: "v1/insights/droplet/cpu",
    value: 80,
    window: "5m",
  };

  test("are kept, changed and deleted", async () => {
    const created = await api.post("/v2/monitoring/alerts", policy);
    expect(created.status).toBe(200);
    expect(created.at("policy")).toMatchObject(policy);
    const one = `/v2/monitoring/alerts/${created.text("policy", "uuid")}`;
    const id = await api.droplet("web");
    const changed = { ...policy, entities: [String(id)], value: 90.5, enabled: false };
    expect((await api.put(one, changed)).at("policy")).toMatchObject(changed);
    expect((await api.get("/v2/monitoring/alerts")).list("policies")).toMatchObject([changed]);
    expect((await api.get(one)).at("policy")).toMatchObject(changed);
    expect((await api.delete(one)).status).toBe(204);
    expect((await api.get(one)).status).toBe(404);
    expect((await api.put(one, policy)).status).toBe(404);
    expect((await api.delete(one)).status).toBe(404);
  });

  test.each([
    ["a type of something else", { type: "v1/dbaas/alerts/cpu_alerts" }, /metrics of droplets only/],
    ["a droplet that is not there", { entities: ["7"] }, /there is no droplet 7/],
    ["nobody to tell", { alerts: { email: [], slack: [] } }, /nobody/],
    ["another window", { window: "2m" }, /window/],
    ["no value", { value: undefined }, /value/],
  ])("one with %s is refused", async (_, wrong, message) => {
    const answer = await api.post("/v2/monitoring/alerts", { ...policy, ...wrong });
    expect([answer.status, answer.text("message")]).toEqual([422, expect.stringMatching(message)]);
  });
});
