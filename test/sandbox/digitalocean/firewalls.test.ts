import { ManualClock } from "../../../sandbox/clock";
import { type Response, small, TestApi } from "./api";

const anywhere = ["0.0.0.0/0", "::/0"];

const port = (number: number): object => ({ protocol: "tcp", ports: number, sources: { addresses: anywhere } });

describe("firewalls", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
    await api.post("/v2/tags", { name: "bastion" });
    await api.post("/v2/tags", { name: "server" });
  });
  afterEach(() => api.close());

  const web = (more: object = {}): Promise<Response> =>
    api.post("/v2/firewalls", {
      name: "bastion",
      tags: ["bastion"],
      inbound_rules: [{ protocol: "tcp", ports: "443", sources: { addresses: anywhere } }],
      ...more,
    });

  test("stand before a machine that has their tag is made", async () => {
    await web();
    const created = await api.post("/v2/droplets", { ...small, name: "web", tags: ["bastion"] });
    await api.cloud.settled();
    expect(api.hosts.filterOf(created.number("droplet", "id"))).toEqual({
      machineId: created.number("droplet", "id"),
      inbound: [{ protocol: "tcp", ports: "443", peers: anywhere }],
      outbound: [],
    });
    const names = api.hosts.calls.map(({ name }) => name);
    expect(names.lastIndexOf("setFilters")).toBeLessThan(names.indexOf("create"));
  });

  test("leave droplets alone that they do not name", async () => {
    await web();
    const id = await api.droplet("other");
    expect(api.hosts.filterOf(id)).toBeUndefined();
  });

  test("a tag as a source means all addresses of its droplets, and follows them", async () => {
    await api.post("/v2/firewalls", {
      name: "server",
      tags: ["server"],
      inbound_rules: [{ protocol: "tcp", ports: "22", sources: { tags: ["bastion"] } }],
      outbound_rules: [{ protocol: "udp", ports: "all", destinations: { tags: ["bastion"] } }],
    });
    const server = await api.droplet("server", { tags: ["server"], public_networking: false });
    expect(api.hosts.filterOf(server)).toEqual({ machineId: server, inbound: [], outbound: [] });
    const bastion = await api.droplet("bastion", { tags: ["bastion"], ipv6: true });
    const peers = ["203.0.113.4", "10.100.96.5", "2001:db8:0:1::4"];
    expect(api.hosts.filterOf(server)).toMatchObject({
      inbound: [{ protocol: "tcp", ports: "22", peers }],
      outbound: [{ protocol: "udp", ports: "all", peers }],
    });
    await api.delete("/v2/tags/bastion/resources", {
      resources: [{ resource_id: `${bastion}`, resource_type: "droplet" }],
    });
    expect(api.hosts.filterOf(server)?.inbound).toEqual([]);
  });

  test("several on one droplet admit what any of them does", async () => {
    await web();
    const id = await api.droplet("web", { tags: ["bastion"] });
    await api.post("/v2/firewalls", {
      name: "admins",
      droplet_ids: [id],
      inbound_rules: [{ protocol: "tcp", ports: "22", sources: { addresses: ["203.0.113.7"] } }],
    });
    expect(api.hosts.filterOf(id)?.inbound.map(({ ports }) => ports)).toEqual(["443", "22"]);
  });

  test("a changed one is in force when the answer comes", async () => {
    const id = (await web()).text("firewall", "id");
    const droplet = await api.droplet("web", { tags: ["bastion"] });
    const changed = await api.put(`/v2/firewalls/${id}`, {
      name: "bastion",
      tags: ["bastion"],
      inbound_rules: [{ protocol: "icmp", sources: { addresses: anywhere } }],
    });
    expect(changed.at("firewall")).toMatchObject({
      status: "succeeded",
      inbound_rules: [{ protocol: "icmp", ports: "0" }],
    });
    expect(api.hosts.filterOf(droplet)?.inbound).toEqual([{ protocol: "icmp", peers: anywhere }]);
  });

  test("rules, tags and droplets come and go one by one", async () => {
    const id = (await web()).text("firewall", "id");
    const droplet = await api.droplet("web");
    const rule = { inbound_rules: [{ protocol: "tcp", ports: "8000-9000", sources: { droplet_ids: [droplet] } }] };
    expect((await api.post(`/v2/firewalls/${id}/rules`, rule)).status).toBe(204);
    await api.post(`/v2/firewalls/${id}/droplets`, { droplet_ids: [droplet] });
    await api.post(`/v2/firewalls/${id}/tags`, { tags: ["server"] });
    const full = await api.get(`/v2/firewalls/${id}`);
    expect(full.at("firewall")).toMatchObject({ droplet_ids: [droplet], tags: ["bastion", "server"] });
    expect(full.list("firewall", "inbound_rules")).toHaveLength(2);
    expect((await api.get(`/v2/droplets/${droplet}/firewalls`)).list("firewalls")).toHaveLength(1);
    await api.delete(`/v2/firewalls/${id}/rules`, rule);
    await api.delete(`/v2/firewalls/${id}/droplets`, { droplet_ids: [droplet] });
    await api.delete(`/v2/firewalls/${id}/tags`, { tags: ["server"] });
    const bare = await api.get(`/v2/firewalls/${id}`);
    expect(bare.at("firewall")).toMatchObject({ droplet_ids: [], tags: ["bastion"] });
    expect(bare.list("firewall", "inbound_rules")).toHaveLength(1);
  });

  test("a deleted one filters nothing any more", async () => {
    const id = (await web()).text("firewall", "id");
    const droplet = await api.droplet("web", { tags: ["bastion"] });
    expect((await api.delete(`/v2/firewalls/${id}`)).status).toBe(204);
    expect(api.hosts.filterOf(droplet)).toBeUndefined();
  });

  test("when the machine room refuses, nothing has changed, and the log says why", async () => {
    api.hosts.refuse("setFilters", "iptables said no");
    await api.post("/v2/tags", { name: "free" });
    const id = await api.droplet("web", { tags: ["free"] });
    const answer = await web({ tags: ["free"] });
    expect(answer.status).toBe(500);
    expect(answer.text("message")).toContain("daemon.log");
    api.hosts.accept("setFilters");
    expect((await api.get("/v2/firewalls")).list("firewalls")).toEqual([]);
    expect(api.log.join("\n")).toContain("iptables said no");
    expect((await web({ tags: ["free"] })).status).toBe(202);
    expect(api.hosts.filterOf(id)).toBeDefined();
  });

  test("what the machine room had done of a refused change is taken back", async () => {
    await web();
    api.hosts.refuse("setFilters", "iptables said no");
    expect((await api.post("/v2/droplets", { ...small, name: "web", tags: ["bastion"] })).status).toBe(500);
    expect(api.hosts.named("setNetworks").length).toBeGreaterThan(1);
    expect(api.hosts.networks).toEqual([]);
    api.hosts.accept("setFilters");
    expect((await api.get("/v2/droplets")).list("droplets")).toEqual([]);
  });

  test.each([
    ["without rules", { inbound_rules: [] }, 422, /at least one/],
    ["with a tag that is not there", { tags: ["nobody"] }, 422, "tag nobody does not exist"],
    [
      "with ports that are none",
      { inbound_rules: [{ protocol: "tcp", ports: "9000-8000", sources: { addresses: anywhere } }] },
      422,
      /invalid ports 9000-8000/,
    ],
    [
      "with a source that is no address",
      { inbound_rules: [{ protocol: "tcp", ports: "80", sources: { addresses: ["example.com"] } }] },
      422,
      /invalid address example.com/,
    ],
    ["with a protocol that is none", { inbound_rules: [{ protocol: "gre", sources: {} }] }, 422, /protocol/],
    ["without sources", { inbound_rules: [{ protocol: "tcp", ports: "80" }] }, 422, /sources must be specified/],
    ["with nobody as a source", { inbound_rules: [{ protocol: "icmp", sources: {} }] }, 422, /sources must name/],
    ["without ports", { inbound_rules: [{ protocol: "udp", sources: { addresses: anywhere } }] }, 422, /ports must be/],
    [
      "with a load balancer as a source",
      { inbound_rules: [{ protocol: "tcp", ports: "80", sources: { load_balancer_uids: ["one"] } }] },
      422,
      /neither load balancers nor Kubernetes/,
    ],
    ["without a name", { name: undefined }, 422, "invalid name"],
    ["with an underscore in its name", { name: "web_1" }, 422, "invalid name"],
    ["with a name of more than 255 characters", { name: "x".repeat(256) }, 422, "invalid name"],
    ["with a droplet that is not there", { droplet_ids: [7] }, 422, "droplet 7 does not exist"],
    ["that can't be read", { droplet_ids: "all" }, 400, "error parsing request body"],
    [
      "with more than 50 rules",
      { inbound_rules: Array.from({ length: 51 }, (_, at) => port(at + 1)) },
      422,
      /50 rules/,
    ],
    [
      "with a rule for more than 1000 addresses",
      {
        inbound_rules: [
          {
            protocol: "icmp",
            sources: { addresses: Array.from({ length: 1001 }, (_, at) => `10.0.${at >> 8}.${at & 255}`) },
          },
        ],
      },
      422,
      /1000 sources/,
    ],
  ])("one %s is refused", async (_, wrong, status, message) => {
    const answer = await web(wrong);
    expect(answer.status).toBe(status);
    expect(answer.text("message")).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
  });

  test("one has ten droplets and five tags at most", async () => {
    const id = (await web()).text("firewall", "id");
    for (let from = 0; from < 11; from += 10) {
      const names = Array.from({ length: Math.min(10, 11 - from) }, (_, at) => `web-${from + at}`);
      await api.post("/v2/droplets", { ...small, name: undefined, names });
    }
    await api.cloud.settled();
    const droplets = (await api.get("/v2/droplets")).list("droplets").map((one) => (one as { id: number }).id);
    expect(droplets).toHaveLength(11);
    expect((await api.post(`/v2/firewalls/${id}/droplets`, { droplet_ids: droplets.slice(1) })).status).toBe(204);
    const eleventh = await api.post(`/v2/firewalls/${id}/droplets`, { droplet_ids: droplets });
    expect([eleventh.status, eleventh.text("message")]).toEqual([422, expect.stringMatching(/at most 10 droplets/)]);
    const tags = ["a", "b", "c", "d", "e"];
    for (const name of tags) await api.post("/v2/tags", { name });
    const sixth = await api.post(`/v2/firewalls/${id}/tags`, { tags });
    expect([sixth.status, sixth.text("message")]).toEqual([422, expect.stringMatching(/at most 5 tags/)]);
    expect((await api.get(`/v2/firewalls/${id}`)).list("firewall", "tags")).toEqual(["bastion"]);
  });

  test("one that is not there is not found, whatever is asked of it", async () => {
    const none = "/v2/firewalls/bb4b2611-3d72-467b-8602-280330ecd65c";
    const answers = [
      await api.get(none),
      await api.put(none, { name: "web", inbound_rules: [port(80)] }),
      await api.delete(none),
      await api.post(`${none}/droplets`, { droplet_ids: [7] }),
      await api.delete(`${none}/tags`, { tags: ["bastion"] }),
      await api.post(`${none}/rules`, { inbound_rules: [port(80)] }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
  });

  test("parts that name nothing, or can't be read, are refused", async () => {
    const id = (await web()).text("firewall", "id");
    const statuses = [
      await api.post(`/v2/firewalls/${id}/droplets`, {}),
      await api.post(`/v2/firewalls/${id}/tags`, { tags: [] }),
      await api.post(`/v2/firewalls/${id}/tags`, { tags: "bastion" }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([422, 422, 400]);
  });

  test("when the cloud is slow, a change is shown as pending, though it is in force", async () => {
    const clock = new ManualClock(new Date("2026-01-01T00:00:00Z"));
    const slow = await TestApi.open({ clock });
    const [one, two] = [await slow.droplet("one"), await slow.droplet("two")];
    slow.cloud.consistency.actionMs = 5_000;
    const created = await slow.post("/v2/firewalls", { name: "web", inbound_rules: [port(80)], droplet_ids: [one] });
    expect(created.at("firewall")).toMatchObject({
      status: "waiting",
      pending_changes: [{ droplet_id: one, removing: false, status: "waiting" }],
    });
    expect(slow.hosts.filterOf(one)).toBeDefined();
    const path = `/v2/firewalls/${created.text("firewall", "id")}`;
    await slow.put(path, { name: "web", inbound_rules: [port(80)], droplet_ids: [two] });
    expect((await slow.get("/v2/firewalls")).at("firewalls", 0)).toMatchObject({
      status: "waiting",
      pending_changes: [
        { droplet_id: two, removing: false },
        { droplet_id: one, removing: true },
      ],
    });
    clock.advance(5_000);
    for (const firewall of [
      (await slow.get(path)).at("firewall"),
      (await slow.get("/v2/firewalls")).at("firewalls", 0),
    ]) {
      expect(firewall).toMatchObject({ status: "succeeded", pending_changes: [] });
    }
    await slow.close();
  });

  test("a name is there once", async () => {
    await web();
    const twin = await web();
    expect([twin.status, twin.text("message")]).toEqual([409, "duplicate name"]);
  });
});
