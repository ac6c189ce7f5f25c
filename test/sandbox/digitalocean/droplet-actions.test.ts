import { type Response, TestApi } from "./api";

describe("actions on a droplet", () => {
  let api: TestApi;
  let id: number;
  beforeEach(async () => {
    api = await TestApi.open();
    id = await api.droplet("web", { tags: ["office"] });
  });
  afterEach(() => api.close());

  const act = async (type: string, more: object = {}): Promise<Response> => {
    const answer = await api.post(`/v2/droplets/${id}/actions`, { type, ...more });
    await api.cloud.settled();
    return answer;
  };
  const status = async (): Promise<unknown> => (await api.get(`/v2/droplets/${id}`)).at("droplet", "status");

  test("begin in progress and end completed", async () => {
    const begun = await act("power_off");
    expect(begun.status).toBe(201);
    expect(begun.at("action")).toMatchObject({ status: "in-progress", type: "power_off", resource_id: id });
    const ended = await api.get(`/v2/droplets/${id}/actions/${begun.number("action", "id")}`);
    expect(ended.at("action", "status")).toBe("completed");
    expect(ended.at("action", "completed_at")).not.toBeNull();
  });

  test.each([
    ["power_off", "powerOff", "off"],
    ["shutdown", "shutdown", "off"],
    ["reboot", "reboot", "active"],
    ["rebuild", "rebuild", "active"],
  ])("%s does %s, and the droplet is %s", async (type, call, wanted) => {
    await act(type);
    expect(api.hosts.named(call)).toEqual([{ name: call, id }]);
    expect(await status()).toBe(wanted);
  });

  test("power_cycle pulls the plug and puts it in again", async () => {
    await act("power_cycle");
    expect(api.hosts.calls.slice(-2)).toEqual([
      { name: "powerOff", id },
      { name: "powerOn", id },
    ]);
  });

  test("power_on of one that is on is refused", async () => {
    expect((await act("power_on")).text("message")).toBe("Droplet is already powered on.");
  });

  test("a droplet that halted by itself is off and can be switched on", async () => {
    await api.hosts.shutdown(id);
    expect(await status()).toBe("off");
    await act("power_on");
    expect(await status()).toBe("active");
  });

  test("while one runs, another one is refused, and so is a delete", async () => {
    api.hosts.hold();
    await api.post(`/v2/droplets/${id}/actions`, { type: "reboot" });
    for (const answer of [
      await api.post(`/v2/droplets/${id}/actions`, { type: "power_off" }),
      await api.delete(`/v2/droplets/${id}`),
    ]) {
      expect(answer.status).toBe(422);
      expect(answer.text("message")).toBe("Droplet already has a pending event.");
    }
    api.hosts.release();
  });

  test("a failing one ends as errored, the droplet is unlocked, and the log says why", async () => {
    api.hosts.refuse("reboot", "systemd does not answer");
    const begun = await act("reboot");
    expect((await api.get(`/v2/actions/${begun.number("action", "id")}`)).at("action", "status")).toBe("errored");
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "locked")).toBe(false);
    expect(api.log.join("\n")).toContain("systemd does not answer");
  });

  test("rename changes the droplet's name, and the machine's own with the next rebuild", async () => {
    await act("rename", { name: "shop" });
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "name")).toBe("shop");
    expect(api.hosts.specOf(id).hostname).toBe("web");
    await act("rebuild");
    expect(api.hosts.specOf(id).hostname).toBe("shop");
  });

  test("resize needs the droplet off; the disk grows only when asked to", async () => {
    expect((await act("resize", { size: "s-2vcpu-2gb" })).text("message")).toContain("must be powered off");
    await act("power_off");
    await act("resize", { size: "s-2vcpu-2gb" });
    const droplet = await api.get(`/v2/droplets/${id}`);
    expect(droplet.at("droplet")).toMatchObject({ size_slug: "s-2vcpu-2gb", memory: 2048, vcpus: 2, disk: 25 });
    expect(api.hosts.specOf(id)).toMatchObject({ memoryMb: 2048, vcpus: 2 });
    await act("resize", { size: "s-1vcpu-2gb", disk: true });
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "disk")).toBe(50);
    expect((await act("resize", { size: "s-1vcpu-1gb" })).text("message")).toContain("can not decrease size");
    expect((await act("resize", { size: "s-1vcpu-2gb", disk: true })).text("message")).toContain("already this size");
    expect((await act("resize", { size: "s-1vcpu-9gb" })).text("message")).toBe("Invalid size");
  });

  test("the disk grows afterwards, too, with the same size again", async () => {
    await act("power_off");
    await act("resize", { size: "s-2vcpu-2gb" });
    expect((await act("resize", { size: "s-2vcpu-2gb" })).text("message")).toContain("already this size");
    await act("resize", { size: "s-2vcpu-2gb", disk: true });
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "disk")).toBe(60);
  });

  test("power_off and reboot need it on, shutdown does not mind", async () => {
    await act("power_off");
    expect((await act("power_off")).text("message")).toBe("Droplet is already powered off.");
    expect((await act("reboot")).status).toBe(422);
    expect((await act("shutdown")).status).toBe(201);
    expect(await status()).toBe("off");
  });

  test("rebuild takes another image: by slug, by number, and a snapshot", async () => {
    await act("snapshot", { name: "mine" });
    const snapshot = (await api.get(`/v2/droplets/${id}`)).number("droplet", "snapshot_ids", 0);
    await act("rebuild", { image: snapshot });
    expect(api.hosts.specOf(id).image).toBe(String(snapshot));
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "image")).toMatchObject({ id: snapshot });
    const base = (await api.get("/v2/images/debian-13-x64")).number("image", "id");
    await act("rebuild", { image: base });
    expect(api.hosts.specOf(id).image).toBeUndefined();
    await act("rebuild", { image: "debian-13-x64" });
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "image", "slug")).toBe("debian-13-x64");
    expect((await act("rebuild", { image: "windows-95" })).status).toBe(422);
  });

  test("password_reset sends the new one by mail, and keeps it nowhere", async () => {
    await act("password_reset");
    expect(api.hosts.calls.slice(-3).map(({ name }) => name)).toEqual(["shutdown", "resetPassword", "powerOn"]);
    expect(await status()).toBe("active");
    const [mail] = api.mails;
    expect(mail?.subject).toBe("Your new password for web");
    const password = /Password: (\w{24})/.exec(mail?.text ?? "")?.[1];
    expect(password).toBeDefined();
    expect(JSON.stringify(api.cloud.state)).not.toContain(password);
    expect(api.log.join("\n")).not.toContain(password);
  });

  test("password_reset works on one that is off as well", async () => {
    await act("power_off");
    await act("password_reset");
    expect(api.hosts.named("shutdown")).toEqual([]);
    expect(api.mails).toHaveLength(1);
  });

  test("there is no other kernel to change to", async () => {
    expect((await api.get(`/v2/droplets/${id}/kernels`)).list("kernels")).toEqual([]);
    expect((await act("change_kernel", { kernel: 7515 })).status).toBe(422);
  });

  test("IPv6 and backups are switched on and shown", async () => {
    await act("enable_ipv6");
    await act("enable_backups");
    const droplet = await api.get(`/v2/droplets/${id}`);
    expect(droplet.list("droplet", "features")).toEqual(expect.arrayContaining(["ipv6", "backups"]));
    expect(droplet.text("droplet", "networks", "v6", 0, "ip_address")).toBe("2001:db8:0:1::4");
    await act("disable_backups");
    expect((await api.get(`/v2/droplets/${id}`)).list("droplet", "features")).not.toContain("backups");
  });

  test("IPv6 can't be switched on where there is no public interface to have it", async () => {
    const inner = await api.droplet("inner", { public_networking: false });
    const answer = await api.post(`/v2/droplets/${inner}/actions`, { type: "enable_ipv6" });
    expect([answer.status, answer.text("message")]).toEqual([422, "The droplet has no public network interface."]);
    expect((await api.get(`/v2/droplets/${inner}`)).list("droplet", "networks", "v6")).toEqual([]);
  });

  test("only some can be done to all with a tag", async () => {
    const answer = await api.post("/v2/droplets/actions?tag_name=office", { type: "rebuild" });
    expect([answer.status, answer.text("message")]).toEqual([422, expect.stringContaining("by tag")]);
    expect((await api.post("/v2/droplets/actions?tag_name=nothing", { type: "power_off" })).status).toBe(404);
  });

  test("all with a tag are acted on at once", async () => {
    const answer = await api.post("/v2/droplets/actions?tag_name=office", { type: "power_off" });
    expect(answer.list("actions")).toMatchObject([{ type: "power_off", resource_id: id }]);
    await api.cloud.settled();
    expect(await status()).toBe("off");
  });

  test("an unknown one is refused", async () => {
    expect((await act("explode")).status).toBe(422);
    for (const type of ["create", "destroy", "backup", "constructor", "__proto__", ""]) {
      expect((await act(type)).status).toBe(422);
    }
  });
});
