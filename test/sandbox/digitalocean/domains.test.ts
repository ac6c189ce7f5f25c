import { ManualClock } from "../../../sandbox/clock";
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
    [{ type: "SRV", name: "_service._protocol", data: "web.example.com.", priority: 10, port: 0, weight: 0 }],
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
    [
      { type: "CAA", name: "@", data: "mailto:security@example.com", flags: 0, tag: "iodef" },
      "mailto:security@example.com",
    ],
    [{ type: "CAA", name: "@", data: ";", flags: 128, tag: "issuewild" }, ";"],
  ])("a record %j names no authority, and needs no dot", async (input, data) => {
    expect((await api.post(records, input)).at("domain_record")).toMatchObject({ ...input, data });
  });

  test.each([
    ["www.example.com.", "www"],
    ["WWW", "www"],
    ["example.com.", "@"],
    ["bücher", "xn--bcher-kva"],
    ["_acme-challenge.wiki", "_acme-challenge.wiki"],
  ])("the name %s is kept as %s", async (given, kept) => {
    const created = await api.post(records, { type: "TXT", name: given, data: "hello" });
    expect(created.at("domain_record", "name")).toBe(kept);
  });

  test("a name server or mail exchange without a name is the domain's own", async () => {
    const created = await api.post(records, { type: "NS", name: null, data: "ns1.example.net." });
    expect(created.at("domain_record")).toMatchObject({ name: "@", data: "ns1.example.net", ttl: 1800 });
    const unnamed = await api.post(records, { type: "A", data: "192.0.2.1" });
    expect([unnamed.status, unnamed.text("message")]).toEqual([422, "Name can't be blank"]);
  });

  test.each([
    [{ type: "A", name: "wiki", data: "2001:db8::1" }, /IPv4/],
    [{ type: "AAAA", name: "wiki", data: "192.0.2.1" }, /IPv6/],
    [{ type: "CNAME", name: "www", data: "example.net" }, /end with a dot/],
    [{ type: "CNAME", name: "@", data: "example.net." }, /CNAME records cannot share a name/],
    [{ type: "MX", name: "@", data: "mail.example.net." }, /Priority/],
    [{ type: "SRV", name: "_sip", data: "sip.example.net.", priority: 1, weight: 1, port: 70_000 }, /Port/],
    [{ type: "CAA", name: "@", data: "letsencrypt.org.", flags: 0, tag: "maybe" }, /Tag/],
    [{ type: "CAA", name: "@", data: "letsencrypt.org", flags: 0, tag: "issue" }, /end with a dot/],
    [{ type: "CAA", name: "@", data: "letsencrypt.org.", flags: 256, tag: "issue" }, /Flags/],
    [{ type: "SRV", name: "_sip", data: "sip.example.net.", priority: 1, weight: 1 }, /Port/],
    [{ type: "SOA", name: "@", data: "1800" }, /SOA/],
    [{ type: "TXT", name: "@", data: "" }, /blank/],
    [{ type: "NS", name: "@", data: "ns1.digitalocean.com." }, /already exists/],
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
    expect((await api.patch(one, { data: "mail.example.net.", priority: 20 })).at("domain_record")).toMatchObject({
      data: "mail.example.net",
      priority: 20,
    });
    expect((await api.put(one, { type: "A", data: "192.0.2.1" })).status).toBe(422);
  });

  test("a change that leaves out another name's record data lacks its dot, as in the original", async () => {
    const created = await api.post(records, { type: "MX", name: "@", data: "mail.example.net.", priority: 10 });
    const one = `${records}/${created.number("domain_record", "id")}`;
    const refused = await api.put(one, { type: "MX", ttl: 60 });
    expect([refused.status, refused.text("message")]).toEqual([422, "Data needs to end with a dot (.)"]);
    const address = await api.post(records, { type: "A", name: "wiki", data: "192.0.2.1" });
    const other = `${records}/${address.number("domain_record", "id")}`;
    expect((await api.put(other, { type: "A", ttl: 60 })).at("domain_record")).toMatchObject({
      data: "192.0.2.1",
      ttl: 60,
    });
  });

  test("of a SOA record only the TTL can be changed, and it can't be deleted", async () => {
    const soa = (await api.get(`${records}?type=SOA`)).number("domain_records", 0, "id");
    expect((await api.patch(`${records}/${soa}`, { type: "SOA", ttl: 60 })).at("domain_record", "ttl")).toBe(60);
    expect((await api.patch(`${records}/${soa}`, { type: "SOA", data: "60" })).status).toBe(422);
    expect((await api.delete(`${records}/${soa}`)).status).toBe(422);
  });

  test("a record that leads to the domain itself says so by a sign", async () => {
    const created = await api.post(records, { type: "MX", name: "terraform", data: "example.com.", priority: 10 });
    expect(created.at("domain_record", "data")).toBe("@");
  });

  test("records of one name and type have the TTL of the last of them", async () => {
    const first = await api.post(records, { type: "TXT", name: "@", data: "one", ttl: 1800 });
    await api.post(records, { type: "TXT", name: "@", data: "two", ttl: 300 });
    await api.post(records, { type: "TXT", name: "www", data: "three", ttl: 60 });
    const one = `${records}/${first.number("domain_record", "id")}`;
    expect((await api.get(one)).at("domain_record", "ttl")).toBe(300);
  });

  test("nothing else can be where an alias is", async () => {
    await api.post(records, { type: "CNAME", name: "www", data: "@" });
    const refused = await api.post(records, { type: "A", name: "www", data: "192.0.2.1" });
    expect(refused.text("message")).toBe("CNAME records cannot share a name with other records");
  });

  test("the zone file has every record, and the second of the last change", async () => {
    const clock = new ManualClock(new Date("2026-01-01T00:00:00Z"));
    const still = await TestApi.open({ clock });
    await still.post("/v2/domains", { name: "example.com", ip_address: "192.0.2.1" });
    clock.advance(3_600_000);
    const more = [
      { type: "AAAA", name: "wiki", data: "2001:db8::1", ttl: 60 },
      { type: "CNAME", name: "www", data: "@" },
      { type: "MX", name: "@", data: "mail.example.net.", priority: 10 },
      { type: "TXT", name: "@", data: 'say "hello"' },
      { type: "TXT", name: "long", data: "x".repeat(300) },
      { type: "SRV", name: "_sip._tcp", data: "sip.example.net.", priority: 1, port: 5060, weight: 2 },
      { type: "CAA", name: "@", data: "letsencrypt.org.", flags: 0, tag: "issue" },
    ];
    for (const record of more) await still.post("/v2/domains/example.com/records", record);
    expect((await still.get("/v2/domains/example.com")).text("domain", "zone_file")).toBe(
      [
        "$ORIGIN example.com.",
        "$TTL 1800",
        "example.com. IN SOA ns1.digitalocean.com. hostmaster.example.com. 1767229206 10800 3600 604800 1800",
        "example.com. 1800 IN NS ns1.digitalocean.com.",
        "example.com. 1800 IN NS ns2.digitalocean.com.",
        "example.com. 1800 IN NS ns3.digitalocean.com.",
        "example.com. 1800 IN A 192.0.2.1",
        "wiki.example.com. 60 IN AAAA 2001:db8::1",
        "www.example.com. 1800 IN CNAME example.com.",
        "example.com. 1800 IN MX 10 mail.example.net.",
        'example.com. 1800 IN TXT "say \\"hello\\""',
        `long.example.com. 1800 IN TXT "${"x".repeat(255)}" "${"x".repeat(45)}"`,
        "_sip._tcp.example.com. 1800 IN SRV 1 2 5060 sip.example.net.",
        'example.com. 1800 IN CAA 0 issue "letsencrypt.org"',
        "",
      ].join("\n"),
    );
    await still.close();
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
    expect((await api.post("/v2/domains", { name: "two words.example" })).status).toBe(422);
    expect((await api.post("/v2/domains", {})).status).toBe(422);
    expect((await api.post("/v2/domains", { name: "example.org", ip_address: "2001:db8::1" })).status).toBe(422);
  });

  test("a domain in another script is kept as the DNS has it, and found by both names", async () => {
    expect((await api.post("/v2/domains", { name: "Bücher.example" })).at("domain", "name")).toBe(
      "xn--bcher-kva.example",
    );
    for (const name of ["xn--bcher-kva.example", encodeURIComponent("bücher.example")]) {
      expect((await api.get(`/v2/domains/${name}`)).status).toBe(200);
    }
  });
});
