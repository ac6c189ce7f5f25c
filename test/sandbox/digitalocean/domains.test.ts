import { TestApi } from "./api";

describe("domains", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
    await api.post("/v2/domains", { name: "example.com" });
  });
  afterEach(() => api.close());

  const records = "/v2/domains/example.com/records";

  test("begin with their SOA and name servers", async () => {
    const listed = await api.get(records);
    expect(listed.list("domain_records")).toMatchObject([
      { type: "SOA", name: "@", data: "1800", ttl: 1800 },
      { type: "NS", name: "@", data: "ns1.digitalocean.com" },
      { type: "NS", name: "@", data: "ns2.digitalocean.com" },
      { type: "NS", name: "@", data: "ns3.digitalocean.com" },
    ]);
    expect((await api.get("/v2/domains/example.com")).text("domain", "zone_file")).toContain("$ORIGIN example.com.");
  });

  test("may point somewhere from the start", async () => {
    await api.post("/v2/domains", { name: "example.net", ip_address: "192.0.2.1" });
    const found = await api.get("/v2/domains/example.net/records?type=A");
    expect(found.list("domain_records")).toMatchObject([{ name: "@", data: "192.0.2.1" }]);
  });

  test("a record is in the room's zone when the answer comes", async () => {
    const created = await api.post(records, { type: "A", name: "wiki", data: "203.0.113.9", ttl: 60 });
    expect(created.status).toBe(201);
    expect(created.at("domain_record")).toMatchObject({ type: "A", name: "wiki", data: "203.0.113.9", ttl: 60 });
    expect(api.hosts.zones[0]?.records.at(-1)).toMatchObject({ type: "A", name: "wiki", data: "203.0.113.9", ttl: 60 });
  });

  test.each([
    [{ type: "AAAA", name: "wiki", data: "2001:db8::1" }],
    [{ type: "CNAME", name: "www", data: "@" }],
    [{ type: "CNAME", name: "docs", data: "pages.example.net." }],
    [{ type: "MX", name: "@", data: "mail.example.net.", priority: 10 }],
    [{ type: "TXT", name: "@", data: "v=spf1 -all" }],
    [{ type: "SRV", name: "_sip._tcp", data: "sip.example.net.", priority: 1, port: 5060, weight: 2 }],
    [{ type: "CAA", name: "@", data: "letsencrypt.org.", flags: 0, tag: "issue" }],
    [{ type: "NS", name: "sub", data: "ns1.example.net." }],
    [{ type: "A", name: "*", data: "192.0.2.1" }],
  ])("a record %j is kept, its name's last dot left out", async (input) => {
    const created = await api.post(records, input);
    expect(created.at("domain_record")).toMatchObject({ ...input, data: input.data.replace(/\.$/, "") });
  });

  test.each([
    [{ type: "A", name: "wiki", data: "2001:db8::1" }, /IPv4/],
    [{ type: "AAAA", name: "wiki", data: "192.0.2.1" }, /IPv6/],
    [{ type: "CNAME", name: "www", data: "example.net" }, /end with a dot/],
    [{ type: "CNAME", name: "@", data: "example.net." }, /CNAME records cannot share a name/],
    [{ type: "MX", name: "@", data: "mail.example.net." }, /Priority/],
    [{ type: "SRV", name: "_sip", data: "sip.example.net.", priority: 1, weight: 1, port: 70_000 }, /Port/],
    [{ type: "CAA", name: "@", data: "letsencrypt.org", flags: 0, tag: "maybe" }, /Tag/],
    [{ type: "A", name: "two words", data: "192.0.2.1" }, /host name/],
    [{ type: "A", name: "wiki", data: "192.0.2.1", ttl: 5 }, /TTL/],
    [{ type: "PTR", name: "wiki", data: "example.com." }, /type/],
  ])("a record %j is refused", async (input, message) => {
    const answer = await api.post(records, input);
    expect(answer.status).toBe(422);
    expect(answer.text("message")).toMatch(message);
  });

  test("a record is changed in part, and its type never", async () => {
    const created = await api.post(records, { type: "MX", name: "@", data: "mail.example.net.", priority: 10 });
    const one = `${records}/${created.number("domain_record", "id")}`;
    expect((await api.patch(one, { type: "MX", priority: 20 })).at("domain_record")).toMatchObject({
      data: "mail.example.net",
      priority: 20,
    });
    expect((await api.put(one, { type: "A", data: "192.0.2.1" })).status).toBe(422);
  });

  test("records are found by type and whole name", async () => {
    await api.post(records, { type: "A", name: "wiki", data: "192.0.2.1" });
    await api.post(records, { type: "A", name: "shop", data: "192.0.2.2" });
    const found = await api.get(`${records}?type=A&name=wiki.example.com`);
    expect(found.list("domain_records")).toMatchObject([{ name: "wiki" }]);
  });

  test("a deleted record and a deleted domain are gone from the room", async () => {
    const created = await api.post(records, { type: "A", name: "wiki", data: "192.0.2.1" });
    expect((await api.delete(`${records}/${created.number("domain_record", "id")}`)).status).toBe(204);
    expect(api.hosts.zones[0]?.records.map(({ name }) => name)).not.toContain("wiki");
    await api.delete("/v2/domains/example.com");
    expect(api.hosts.zones).toEqual([]);
    expect((await api.get(records)).status).toBe(404);
  });

  test("records of a deleted droplet stay", async () => {
    const id = await api.droplet("web");
    await api.post(records, { type: "A", name: "wiki", data: api.hosts.specOf(id).public!.ipv4 });
    await api.delete(`/v2/droplets/${id}`);
    await api.cloud.settled();
    expect((await api.get(`${records}?type=A`)).list("domain_records")).toHaveLength(1);
  });

  test("a domain is there once, and has to be one", async () => {
    expect((await api.post("/v2/domains", { name: "example.com" })).status).toBe(422);
    expect((await api.post("/v2/domains", { name: "localhost" })).status).toBe(422);
  });
});
