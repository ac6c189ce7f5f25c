import type { RecordType } from "dns-packet";

import type { Zone, ZoneRecord } from "../../../../sandbox/hosts/hosts";
import { answerFrom } from "../../../../sandbox/hosts/network/zones";

const record = (type: ZoneRecord["type"], name: string, data: string, more: Partial<ZoneRecord> = {}): ZoneRecord => ({
  type,
  name,
  data,
  ttl: 1800,
  ...more,
});

const zones: Zone[] = [
  {
    name: "example.com",
    records: [
      record("SOA", "@", "1800"),
      record("NS", "@", "ns1.digitalocean.com"),
      record("A", "@", "203.0.113.4"),
      record("A", "wiki", "203.0.113.5"),
      record("A", "wiki", "203.0.113.6"),
      record("AAAA", "wiki", "2001:db8::5"),
      record("CNAME", "docs", "wiki"),
      record("CNAME", "home", "@"),
      record("CNAME", "shop", "shop.example.net."),
      record("CNAME", "loop", "pool"),
      record("CNAME", "pool", "loop"),
      record("CNAME", "astray", "gone"),
      record("A", "*.apps", "203.0.113.7"),
      record("A", "a.b.c", "203.0.113.8"),
      record("MX", "@", "mail.example.com.", { priority: 10 }),
      record("TXT", "@", "v=spf1 -all"),
      record("SRV", "_sip._tcp", "sip", { priority: 1, weight: 2, port: 5060 }),
      record("CAA", "@", "letsencrypt.org.", { flags: 128, tag: "issue" }),
    ],
  },
  { name: "sub.example.com", records: [record("A", "@", "203.0.113.9")] },
];

const ask = (name: string, type: RecordType = "A") => answerFrom(zones, 42, { name, type });
const data = (name: string, type: RecordType = "A") =>
  ask(name, type)?.answers.map((answer) => ("data" in answer ? answer.data : undefined));
const soa = {
  type: "SOA",
  name: "example.com",
  ttl: 1800,
  data: {
    mname: "ns1.digitalocean.com",
    rname: "hostmaster.example.com",
    serial: 42,
    refresh: 10_800,
    retry: 3_600,
    expire: 604_800,
    minimum: 60,
  },
};

test("all records of the type, whatever the case of the name", () => {
  expect(ask("WIKI.Example.com")).toEqual({
    code: "NOERROR",
    answers: [
      { type: "A", name: "wiki.example.com", ttl: 1800, data: "203.0.113.5" },
      { type: "A", name: "wiki.example.com", ttl: 1800, data: "203.0.113.6" },
    ],
    authorities: [],
  });
  expect(data("wiki.example.com", "AAAA")).toEqual(["2001:db8::5"]);
});

test("the zone's own name", () => {
  expect(data("example.com")).toEqual(["203.0.113.4"]);
  expect(data("example.com", "NS")).toEqual(["ns1.digitalocean.com"]);
  expect(ask("example.com", "SOA")?.answers).toEqual([soa]);
});

test("the zone with the longest name answers", () => {
  expect(data("sub.example.com")).toEqual(["203.0.113.9"]);
  expect(ask("wiki.sub.example.com")?.code).toBe("NXDOMAIN");
});

test("a name in no zone is not answered at all", () => {
  expect(ask("example.net")).toBeUndefined();
  expect(ask("notexample.com")).toBeUndefined();
});

test("a name without such a record is told from a name that does not exist", () => {
  expect(ask("wiki.example.com", "TXT")).toEqual({ code: "NOERROR", answers: [], authorities: [soa] });
  expect(ask("nothing.example.com")).toEqual({ code: "NXDOMAIN", answers: [], authorities: [soa] });
  // Names between a record and its zone exist.
  expect(ask("c.example.com")?.code).toBe("NOERROR");
});

test("a wildcard stands for names that do not exist, of any depth", () => {
  expect(ask("crm.apps.example.com")?.answers).toMatchObject([{ name: "crm.apps.example.com", data: "203.0.113.7" }]);
  expect(data("a.b.apps.example.com")).toEqual(["203.0.113.7"]);
  expect(ask("crm.apps.example.com", "AAAA")?.code).toBe("NOERROR");
  expect(ask("apps.example.com")).toMatchObject({ code: "NOERROR", answers: [] });
});

test("aliases are followed within the zones, and named when they lead elsewhere", () => {
  expect(data("docs.example.com")).toEqual(["wiki.example.com", "203.0.113.5", "203.0.113.6"]);
  expect(data("home.example.com")).toEqual(["example.com", "203.0.113.4"]);
  expect(data("docs.example.com", "CNAME")).toEqual(["wiki.example.com"]);
  expect(ask("shop.example.com")).toMatchObject({
    elsewhere: "shop.example.net",
    answers: [{ data: "shop.example.net" }],
  });
  expect(ask("astray.example.com")).toMatchObject({ code: "NXDOMAIN", answers: [{ data: "gone.example.com" }] });
});

test("aliases in a circle come to an end", () => {
  expect(ask("loop.example.com")?.code).toBe("NOERROR");
});

test("records with more than one value", () => {
  expect(data("example.com", "MX")).toEqual([{ preference: 10, exchange: "mail.example.com" }]);
  expect(data("example.com", "TXT")).toEqual([[Buffer.from("v=spf1 -all")]]);
  expect(data("_sip._tcp.example.com", "SRV")).toEqual([
    { priority: 1, weight: 2, port: 5060, target: "sip.example.com" },
  ]);
  expect(data("example.com", "CAA")).toEqual([{ flags: 128, tag: "issue", value: "letsencrypt.org" }]);
});
