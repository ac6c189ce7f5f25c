import { ManualClock } from "../../../sandbox/clock";
import { small, TestApi, token } from "./api";

describe("a listing", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  const list = (query = "") => api.get(`/v2/droplets${query}`);

  test("is the same until something changes, and then is what it is now", async () => {
    expect((await list()).list("droplets")).toEqual([]);
    expect((await list()).list("droplets")).toEqual([]);
    const id = await api.droplet("web");
    expect((await list()).body).toMatchObject({ droplets: [{ name: "web", status: "active" }], meta: { total: 1 } });
    await api.post(`/v2/droplets/${id}/actions`, { type: "rename", name: "www" });
    await api.cloud.settled();
    expect((await list()).at("droplets", 0, "name")).toBe("www");
  });

  test("shows a machine that halts by itself", async () => {
    const id = await api.droplet("web");
    expect((await list()).at("droplets", 0, "status")).toBe("active");
    await api.hosts.shutdown(id);
    expect((await list()).at("droplets", 0, "status")).toBe("off");
  });

  test("shows what is late when it is there, without any change", async () => {
    await api.close();
    const clock = new ManualClock(new Date("2026-01-01T00:00:00Z"));
    api = await TestApi.open({ clock });
    const droplet = await api.droplet("web");
    api.cloud.consistency.actionMs = 1000;
    await api.post("/v2/firewalls", {
      name: "office",
      droplet_ids: [droplet],
      outbound_rules: [{ protocol: "tcp", ports: "443", destinations: { addresses: ["0.0.0.0/0"] } }],
    });
    for (let asked = 0; asked < 2; asked++) {
      expect((await api.get("/v2/firewalls")).at("firewalls", 0, "status")).toBe("waiting");
    }
    clock.advance(1000);
    expect((await api.get("/v2/firewalls")).at("firewalls", 0, "status")).toBe("succeeded");
    expect((await api.get("/v2/firewalls")).at("firewalls", 0, "status")).toBe("succeeded");
  });

  test("of actions has the name of addresses that each client wants", async () => {
    await api.post("/v2/reserved_ips", { droplet_id: await api.droplet("web") });
    await api.cloud.settled();
    const kind = async (accept: string): Promise<unknown> => {
      const headers = { authorization: `Bearer ${token}`, accept };
      return (await api.call("GET", "/v2/actions", undefined, headers)).at("actions", 0, "resource_type");
    };
    const asked = ["application/json", "application/vnd.digitalocean.reserveip+json", "application/json"];
    expect(await Promise.all(asked.map(kind))).toEqual(["floating_ip", "reserved_ip", "floating_ip"]);
    expect(await Promise.all(asked.map(kind))).toEqual(["floating_ip", "reserved_ip", "floating_ip"]);
  });

  test("is each query's own", async () => {
    await api.post("/v2/droplets", { ...small, names: ["a", "b", "c"] });
    await api.cloud.settled();
    for (let round = 0; round < 2; round++) {
      expect((await list("?per_page=2")).list("droplets")).toHaveLength(2);
      expect((await list("?per_page=2&page=2")).list("droplets")).toHaveLength(1);
      expect((await list("?name=b")).list("droplets")).toHaveLength(1);
    }
  });

  test("leads back to where the request came to", async () => {
    await api.post("/v2/droplets", { ...small, names: ["a", "b"] });
    await api.cloud.settled();
    const next = async (host: string) => {
      const url = `${api.origin.replace("127.0.0.1", host)}/v2/droplets?per_page=1`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      return ((await answer.json()) as { links: { pages: { next: string } } }).links.pages.next;
    };
    const { port } = new URL(api.origin);
    expect(await next("127.0.0.1")).toBe(`http://127.0.0.1:${port}/v2/droplets?per_page=1&page=2`);
    expect(await next("localhost")).toBe(`http://localhost:${port}/v2/droplets?per_page=1&page=2`);
  });

  test("that is kept is refused all the same to whoever has no token", async () => {
    await list();
    expect((await api.call("GET", "/v2/droplets", undefined, {})).status).toBe(401);
    const [first, second] = [await list(), await list()];
    expect(first.headers["x-request-id"]).not.toBe(second.headers["x-request-id"]);
    expect(second.headers["content-type"]).toBe(first.headers["content-type"]);
  });
});
