import { FaultyApi } from "./faulty-api";

describe("faults of actions", () => {
  let api: FaultyApi;
  beforeEach(async () => {
    api = await FaultyApi.open();
  });
  afterEach(() => api.close());

  const act = (id: number, type: string) => api.post(`/v2/droplets/${id}/actions`, { type });
  const newestAction = async (): Promise<{ status: string; type: string }> => {
    const { body } = await api.get("/v2/actions");
    return (JSON.parse(body) as { actions: { status: string; type: string }[] }).actions[0]!;
  };

  test("a creation that errs: the machine was made, and is taken away with the droplet", async () => {
    api.add({ kind: "action-errored", action: "create", droplet: "web-*" });
    await api.create("web-1");
    await api.cloud.settled();
    expect(await newestAction()).toMatchObject({ type: "create", status: "errored" });
    expect(api.named("web-1")).toEqual([]);
    expect(api.hosts.calls.filter(({ name }) => name === "create" || name === "destroy")).toMatchObject([
      { name: "create" },
      { name: "destroy" },
    ]);
    expect(api.hosts.machines.size).toBe(0);
    expect(api.log.join("\n")).toContain("failed: a fault that was asked for");
  });

  test("any other that errs leaves the machine as it was", async () => {
    const id = await api.droplet("web");
    api.add({ kind: "action-errored", action: "power_off" });
    await act(id, "power_off");
    await api.cloud.settled();
    expect(await newestAction()).toMatchObject({ type: "power_off", status: "errored" });
    expect(api.hosts.status(id)).toBe("active");
    expect(api.hosts.named("powerOff")).toEqual([]);
  });

  test("once, unless asked for more", async () => {
    const id = await api.droplet("web");
    const fault = api.add({ kind: "action-errored" });
    for (const type of ["reboot", "reboot"]) {
      await act(id, type);
      await api.cloud.settled();
    }
    expect(await newestAction()).toMatchObject({ status: "completed" });
    expect(api.faults.get(fault)).toMatchObject({ matched: 2, struck: 1, spent: true });
  });

  test("only the droplets with the name, and the actions of the type", async () => {
    const [web, other] = [await api.droplet("web"), await api.droplet("other")];
    const fault = api.add({ kind: "action-errored", droplet: "web", action: "reboot", count: "unlimited" });
    await act(other, "reboot");
    await act(web, "power_cycle");
    await api.cloud.settled();
    expect(api.faults.get(fault)).toMatchObject({ matched: 0 });
    await act(web, "reboot");
    await api.cloud.settled();
    expect(api.faults.get(fault)).toMatchObject({ matched: 1, struck: 1 });
  });

  test("one that is stuck stays in progress, locks its droplet, and goes on when the fault is cleared", async () => {
    const id = await api.droplet("web");
    const fault = api.add({ kind: "action-stuck", action: "power_off" });
    await act(id, "power_off");
    await api.cloud.settled();
    expect(await newestAction()).toMatchObject({ type: "power_off", status: "in-progress" });
    expect((await act(id, "reboot")).body).toContain("Droplet already has a pending event.");
    expect((await api.ask({ method: "DELETE", path: `/v2/droplets/${id}` })).status).toBe(422);
    expect(api.hosts.status(id)).toBe("active");
    api.faults.clear(fault);
    await api.cloud.settled();
    expect(await newestAction()).toMatchObject({ type: "power_off", status: "completed" });
    expect(api.hosts.status(id)).toBe("off");
  });

  test("what else is in progress is not held up by it", async () => {
    const id = await api.droplet("web");
    api.add({ kind: "action-stuck", action: "power_off" });
    await act(id, "power_off");
    await api.droplet("other");
    expect(api.named("other")).toHaveLength(1);
  });

  test("a restart forgets the fault, and the action goes on", async () => {
    api.add({ kind: "action-stuck", action: "create" });
    await api.create("web");
    await api.cloud.settled();
    expect(api.hosts.machines.size).toBe(0);
    await api.restart();
    expect(api.faults.list()).toEqual([]);
    await api.cloud.settled();
    expect(await newestAction()).toMatchObject({ type: "create", status: "completed" });
    expect(api.hosts.machines.size).toBe(1);
  });
});
