import { ManualClock } from "../../../sandbox/clock";
import { small, TestApi } from "./api";

describe("a cloud that is late", () => {
  let clock: ManualClock;
  let api: TestApi;
  beforeEach(async () => {
    clock = new ManualClock(new Date("2026-01-01T00:00:00Z"));
    api = await TestApi.open({ clock });
  });
  afterEach(() => api.close());

  const names = async () =>
    (await api.get("/v2/droplets")).list("droplets").map((one) => (one as { name: string }).name);

  test("finds a new droplet only some time after the answer to its creation", async () => {
    await api.droplet("before");
    api.cloud.consistency.dropletHiddenMs = 5000;
    const created = await api.post("/v2/droplets", { ...small, name: "late" });
    expect(created.status).toBe(202);
    const path = `/v2/droplets/${created.number("droplet", "id")}`;
    await api.cloud.settled();
    expect((await api.get(path)).status).toBe(404);
    expect((await api.post(`${path}/actions`, { type: "reboot" })).status).toBe(404);
    expect((await api.delete(path)).status).toBe(404);
    expect(await names()).toEqual(["before"]);
    clock.advance(4999);
    expect((await api.get(path)).status).toBe(404);
    clock.advance(1);
    expect((await api.get(path)).at("droplet", "status")).toBe("active");
    expect(await names()).toEqual(["before", "late"]);
  });

  test("is in progress with an action for as long as is wanted", async () => {
    const id = await api.droplet("web");
    api.cloud.consistency.actionMs = 60_000;
    const action = (await api.post(`/v2/droplets/${id}/actions`, { type: "power_off" })).number("action", "id");
    const status = async () => (await api.get(`/v2/actions/${action}`)).at("action", "status");
    clock.advance(59_999);
    await untilOff(id);
    expect(await status()).toBe("in-progress");
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "locked")).toBe(true);
    clock.advance(1);
    await api.cloud.settled();
    expect(await status()).toBe("completed");
    expect((await api.get(`/v2/actions/${action}`)).at("action", "completed_at")).toBe("2026-01-01T00:01:00Z");
  });

  test("that is closed does not wait for what is late on purpose", async () => {
    const id = await api.droplet("web");
    api.cloud.consistency.actionMs = 60_000;
    await api.post(`/v2/droplets/${id}/actions`, { type: "power_off" });
    const start = Date.now();
    await api.cloud.close(20_000);
    expect(Date.now() - start).toBeLessThan(10_000);
  });

  /** The machine room did its part, whatever the API says. */
  async function untilOff(id: number): Promise<void> {
    while (api.hosts.machines.get(id)?.running !== false) await new Promise((resolve) => setImmediate(resolve));
  }
});
