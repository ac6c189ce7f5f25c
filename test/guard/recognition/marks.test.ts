import { publicKey as fingerprint } from "../../../guard/recognition/comparisons";
import { creations } from "../../../guard/recognition/creations";
import { hasMarks, identityOf, MarkMissing, marksOf } from "../../../guard/recognition/marks";
import type { Creation } from "../../../guard/recognition/rule";

const rule = (route: string): Creation => creations.find((one) => one.route === route)!;
const records = rule("/v2/domains/:domain/records");
const domain = { domain: "Example.com" };

/** Whether what is listed would be recognised as what was asked for. */
const recognised = (creation: Creation, sent: object, listed: object, parameters = {}): boolean =>
  hasMarks(creation, parameters, marksOf(creation, parameters, sent), listed);

describe("a DNS record", () => {
  const listed = {
    type: "A",
    name: "www",
    data: "203.0.113.5",
    priority: null,
    port: null,
    weight: null,
    flags: null,
    tag: null,
  };
  test.each([
    [{ type: "A", name: "www", data: "203.0.113.5", priority: 0, port: 0, weight: 0, flags: 0, tag: "" }, listed],
    [{ type: "A", name: "www.example.com.", data: "203.0.113.5" }, listed],
    [
      { type: "A", name: "@", data: "203.0.113.5" },
      { ...listed, name: "example.com" },
    ],
    [
      { type: "AAAA", name: "www", data: "2001:DB8::1" },
      { ...listed, type: "AAAA", data: "2001:db8:0:0:0:0:0:1" },
    ],
    [
      { type: "CNAME", name: "www", data: "Target.example.net." },
      { ...listed, type: "CNAME", data: "target.example.net" },
    ],
    [
      { type: "CNAME", name: "www", data: "@" },
      { ...listed, type: "CNAME", data: "example.com" },
    ],
    [
      { type: "TXT", name: "www", data: "v=spf1 -all" },
      { ...listed, type: "TXT", data: "v=spf1 -all" },
    ],
    [
      { type: "MX", name: "www", data: "mail.example.net.", priority: 10 },
      { ...listed, type: "MX", data: "mail.example.net", priority: 10 },
    ],
  ])("%j is %j", (sent, found) => {
    expect(recognised(records, sent, found, domain)).toBe(true);
  });

  test.each([
    [{ type: "AAAA", name: "www", data: "203.0.113.5" }],
    [{ type: "A", name: "web", data: "203.0.113.5" }],
    [{ type: "A", name: "www", data: "203.0.113.6" }],
    [{ type: "A", name: "www", data: "203.0.113.5", priority: 10 }],
    [{ type: "A", name: "www", data: "203.0.113.5", tag: "issue" }],
  ])("%j is another one", (sent) => {
    expect(recognised(records, sent, listed, domain)).toBe(false);
  });
});

describe("a droplet", () => {
  const droplets = rule("/v2/droplets");
  const sent = {
    name: "web",
    region: "fra1",
    size: "s-1vcpu-1gb",
    tags: ["office", "wiki"],
    user_data: "a secret",
    image: "debian-13-x64",
  };
  const listed = {
    name: "WEB",
    region: { slug: "fra1" },
    size_slug: "s-1vcpu-1gb",
    tags: ["wiki", "office", "more"],
    vpc_uuid: "v",
  };
  test("is known by its name, in any case, its place, size and tags", () => {
    expect(recognised(droplets, sent, listed)).toBe(true);
    for (const other of [
      { name: "wiki" },
      { region: { slug: "ams3" } },
      { size_slug: "s-1vcpu-2gb" },
      { tags: ["office"] },
    ])
      expect(recognised(droplets, sent, { ...listed, ...other })).toBe(false);
  });

  test("leaves no secret in what is kept of it", () => {
    expect(JSON.stringify(marksOf(droplets, {}, sent))).not.toContain("secret");
  });

  test.each(["name", "region", "size_slug", "tags"])("listed without %s is neither it nor another", (field) => {
    const rest = Object.fromEntries(Object.entries(listed).filter(([name]) => name !== field));
    expect(() => recognised(droplets, sent, rest)).toThrow(MarkMissing);
  });

  test("is the same thing asked for otherwise when it has the same name", () => {
    const identity = (more: object) => identityOf(droplets, marksOf(droplets, {}, { ...sent, ...more }));
    expect(identity({ size: "s-1vcpu-2gb" })).toBe(identity({}));
    expect(identity({ name: "wiki" })).not.toBe(identity({}));
  });
});

test("an SSH key is known by its fingerprint, as ssh-keygen -l -E md5 shows it, whatever its comment", () => {
  const keys = rule("/v2/account/keys");
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKHEChRyLjbgCVYqxMr4lzJUqfKuLPQDUB1ZRgxQIVxB";
  expect(recognised(keys, { public_key: `${key} office` }, { public_key: key })).toBe(true);
  expect(recognised(keys, { public_key: key }, { public_key: key.replace("KHEC", "KHED") })).toBe(false);
  expect(fingerprint(`${key} office`, {})).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
});

test("a reserved IP is known by its region, and by its droplet once it has one", () => {
  const addresses = rule("/v2/reserved_ips");
  const listed = (droplet: object | null) => ({ region: { slug: "fra1" }, project_id: "p", droplet });
  expect(recognised(addresses, { region: "fra1" }, listed(null))).toBe(true);
  expect(recognised(addresses, { region: "ams3" }, listed(null))).toBe(false);
  expect(recognised(addresses, { droplet_id: 5 }, listed({ id: 5 }))).toBe(true);
  expect(recognised(addresses, { droplet_id: 5 }, listed(null))).toBe(true);
  expect(recognised(addresses, { droplet_id: 5 }, listed({ id: 6 }))).toBe(false);
  expect(identityOf(addresses, marksOf(addresses, {}, { region: "fra1" }))).toBeUndefined();
});

test("names that belong to every object are no marks", () => {
  const firewalls = rule("/v2/firewalls");
  expect(marksOf(firewalls, {}, Object.create({ name: "inherited" }) as object)).toEqual({});
});
