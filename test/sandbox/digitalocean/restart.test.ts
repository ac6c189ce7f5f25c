import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { LostRanges } from "../../../sandbox/digitalocean/cloud";
import { UnreadableState } from "../../../sandbox/digitalocean/store";
import { small, TestApi } from "./api";

describe("after a restart", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  test("everything is there, and machines that were on are on again", async () => {
    const on = await api.droplet("on");
    const off = await api.droplet("off");
    await api.post(`/v2/droplets/${off}/actions`, { type: "power_off" });
    await api.post("/v2/domains", { name: "example.com" });
    await api.cloud.settled();
    await api.restart();
    expect(api.hosts.named("powerOn")).toEqual([{ name: "powerOn", id: on }]);
    expect((await api.get(`/v2/droplets/${off}`)).at("droplet", "status")).toBe("off");
    expect(api.hosts.zones).toMatchObject([{ name: "example.com" }]);
  });

  test("networks, filters, addresses and names are set before a machine is on", async () => {
    await api.droplet("on");
    await api.restart();
    expect(api.hosts.calls.map(({ name }) => name)).toEqual([
      "setNetworks",
      "setFilters",
      "setReservedAddresses",
      "setZones",
      "powerOn",
    ]);
  });

  test("a machine that halted by itself stays off after a stop in order", async () => {
    const id = await api.droplet("web");
    await api.hosts.shutdown(id);
    await api.cloud.close(0);
    await api.restart();
    expect(api.hosts.named("powerOn")).toEqual([]);
  });

  test("a machine that could not be switched on does not keep the others off", async () => {
    await api.droplet("one");
    const two = await api.droplet("two");
    api.hosts.machines.delete(1001);
    await api.restart();
    expect((await api.get(`/v2/droplets/${two}`)).at("droplet", "status")).toBe("active");
    expect((await api.get("/v2/droplets/1001")).at("droplet", "status")).toBe("off");
    expect(api.log.join("\n")).toContain("droplet 1001 (one) could not be switched on again");
  });

  test("a create that was cut off is begun anew", async () => {
    const held = api.hosts;
    held.hold();
    const created = await api.post("/v2/droplets", { ...small, name: "web" });
    await api.restart();
    await api.cloud.settled();
    const id = created.number("droplet", "id");
    expect(api.hosts.calls.slice(-2)).toEqual([
      { name: "destroy", id },
      { name: "create", id },
    ]);
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "status")).toBe("active");
    expect((await api.get(`/v2/droplets/${id}/actions`)).at("actions", 0, "status")).toBe("completed");
  });

  test("a delete that was cut off is gone on with", async () => {
    const id = await api.droplet("web");
    api.hosts.hold();
    await api.delete(`/v2/droplets/${id}`);
    await api.restart();
    await api.cloud.settled();
    expect((await api.get(`/v2/droplets/${id}`)).status).toBe(404);
    expect(api.hosts.machines.size).toBe(0);
  });

  test("a reboot that was cut off ends with the machine on", async () => {
    const id = await api.droplet("web");
    api.hosts.hold();
    await api.post(`/v2/droplets/${id}/actions`, { type: "reboot" });
    await api.restart();
    await api.cloud.settled();
    expect(api.hosts.named("powerOn")).toEqual([{ name: "powerOn", id }]);
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "status")).toBe("active");
  });

  test("numbers are not used twice", async () => {
    const id = await api.droplet("one");
    await api.delete(`/v2/droplets/${id}`);
    await api.cloud.settled();
    await api.restart();
    expect(await api.droplet("two")).toBe(id + 1);
  });
});

describe("the state's file", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const file = (): string => join(api.directory, "cloud.json");

  test("is its owner's alone, and nothing unfinished lies beside it", async () => {
    await api.droplet("web", { user_data: "a secret" });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), "utf8")).toContain("a secret");
    expect(existsSync(`${file()}.new`)).toBe(false);
  });

  test("of another version is refused, with what to do", async () => {
    writeFileSync(file(), JSON.stringify({ version: 1 }));
    await expect(api.restart()).rejects.toThrow(UnreadableState);
    writeFileSync(file(), "{");
    await expect(api.restart()).rejects.toThrow(/sandbox reset/);
    writeFileSync(file(), JSON.stringify(api.cloud.state));
    await api.restart();
  });

  test("with addresses that another sandbox has by now is refused", async () => {
    const id = await api.droplet("web");
    const state = readFileSync(file(), "utf8");
    const own = `"publicIpv4":"${api.hosts.specOf(id).public!.ipv4}"`;
    writeFileSync(file(), state.replace(own, `"publicIpv4":"203.0.113.200"`));
    await expect(api.restart()).rejects.toThrow(LostRanges);
    writeFileSync(file(), state);
    await api.restart();
  });
});
