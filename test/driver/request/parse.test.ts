import { parseDefinition } from "../../../catalogue/loader";
import { shippedOffers } from "../../../driver/request/digitalocean-offers";
import { InvalidRequest, sentenceOf } from "../../../driver/request/errors";
import { checkRequest, parseRequest } from "../../../driver/request/parse";
import type { ProjectRequestSource } from "../../../driver/request/schema";
import { full, least, publicKey } from "./requests";

const asOf = new Date("2026-06-01T00:00:00Z");
const sentences = (input: unknown): string[] => checkRequest(input, { asOf }).problems.map(sentenceOf);
const wiki = least.software[0]!;

describe("a request", () => {
  test("gets everything filled in that the release would decide otherwise", () => {
    expect(parseRequest(least)).toEqual({
      ...least,
      access: { admins: ["203.0.113.7/32"], anywhere: false, keys: [] },
      software: [{ name: "wiki", software: "dokuwiki", size: "s-1vcpu-1gb", subdomain: "wiki", parameters: {} }],
      tls: { issuer: "acme" },
      networkRange: "10.20.0.0/24",
      bastionSize: "s-1vcpu-1gb",
      protect: false,
    });
  });

  test("that says everything is taken as it is", () => {
    const site = { name: "site", software: "wordpress", size: "s-1vcpu-1gb", subdomain: "site", parameters: {} };
    expect(parseRequest(full)).toEqual({ ...full, software: [full.software[0], site] });
  });

  test("that was accepted stays the same when it is parsed again", () => {
    const accepted = parseRequest(full);
    expect(parseRequest(JSON.parse(JSON.stringify(accepted)))).toEqual(accepted);
  });

  test("loads nothing of Pulumi's", () => {
    expect(Object.keys(require.cache).filter((file) => file.includes("/@pulumi/"))).toEqual([]);
  });

  test.each<[string, unknown, string[]]>([
    ["nothing", undefined, ["the request has to be plain data, as JSON has it."]],
    ["null", null, ["the request has to be an object: keys with their values (it is empty)."]],
    ["a text", "office", ["the request has to be an object: keys with their values (it is office)."]],
    [
      "an unknown key, and what was probably meant",
      { ...least, regoin: "fra1" },
      [
        "regoin is none of the keys here: project, cloud, region, domain, access, software, tls, networkRange, bastionSize, owner, flowLogs, backups, timeToLive, protect: did you mean region?",
      ],
    ],
    [
      "a missing key",
      { ...least, project: undefined },
      [
        "project has to be given: The project's name, part of every name in the cloud: up to 40 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen (it is missing).",
      ],
    ],
    [
      "a project that no name can be made of",
      { ...least, project: "Our Office" },
      [
        "project has to be up to 40 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen (it is Our Office).",
      ],
    ],
    [
      "another cloud",
      { ...least, cloud: "digital-ocean" },
      ["cloud has to be one of digitalocean, aws: did you mean digitalocean? (it is digital-ocean)."],
    ],
    [
      "backups",
      { ...least, backups: { plan: "daily" } },
      ["backups can't be set up yet: leave it out, and back up what you can't lose by other means (it is an object)."],
    ],
    [
      "no backups, but said so",
      { ...least, backups: {} },
      ["backups can't be set up yet: leave it out, and back up what you can't lose by other means (it is an object)."],
    ],
    [
      "a region that is misspelt",
      { ...least, region: "fra" },
      [
        "region has to be one of ams3, atl1, blr1, fra1, lon1, nyc1, nyc2, nyc3, sfo2, sfo3, sgp1, syd1, tor1, by the list of 2025-08-20, or on every cloud frankfurt, london, singapore, us-east: did you mean fra1? (it is fra).",
      ],
    ],
    [
      "a city for a region",
      { ...least, region: "Frankfurt 1" },
      [
        "region has to be one of ams3, atl1, blr1, fra1, lon1, nyc1, nyc2, nyc3, sfo2, sfo3, sgp1, syd1, tor1, by the list of 2025-08-20, or on every cloud frankfurt, london, singapore, us-east: did you mean fra1? (it is Frankfurt 1).",
      ],
    ],
    [
      "a size that is misspelt",
      { ...least, software: [{ ...wiki, size: "s-1vpcu-2gb" }] },
      [
        "software[0].size has to be a size that region fra1 has, such as s-1vcpu-512mb-10gb, s-1vcpu-1gb, s-1vcpu-1gb-amd, s-1vcpu-1gb-intel, s-1vcpu-1gb-35gb-intel, by the list of 2025-08-20: did you mean s-1vcpu-2gb? (it is s-1vpcu-2gb).",
      ],
    ],
    [
      "a size that is too small",
      { ...least, software: [{ name: "site", software: "wordpress", size: "s-1vcpu-512mb-10gb" }] },
      [
        "software[0].size has to have at least 1024 MB of memory, such as s-1vcpu-1gb, s-1vcpu-1gb-amd, s-1vcpu-1gb-intel, s-1vcpu-1gb-35gb-intel, s-1vcpu-2gb, by the list of 2025-08-20 (it is s-1vcpu-512mb-10gb).",
      ],
    ],
    [
      "software in capitals",
      { ...least, software: [{ ...wiki, software: "DokuWiki" }] },
      ["software[0].software has to be one of dokuwiki, wordpress: did you mean dokuwiki? (it is DokuWiki)."],
    ],
    [
      "software that nobody has, with parameters",
      { ...least, software: [{ ...wiki, software: "excel", parameters: { licence: "K-1234" } }] },
      ["software[0].software has to be one of dokuwiki, wordpress (it is excel)."],
    ],
    [
      "the whole internet",
      { ...least, access: { admins: ["0.0.0.0/0"] } },
      [
        "access.admins[0] must not be the whole internet unless access.anywhere is set: name the address ranges of your administrators, such as 203.0.113.7/32 (it is 0.0.0.0/0).",
      ],
    ],
    [
      "an end that was",
      { ...least, timeToLive: "2026-05-31T23:00:00Z" },
      ["timeToLive has to end an hour from now at the earliest (it is 2026-05-31T23:00:00Z)."],
    ],
    [
      "a time that is over at once",
      { ...least, timeToLive: "PT59M" },
      ["timeToLive has to be an hour at least (it is PT59M)."],
    ],
    [
      "a time beyond all calendars",
      { ...least, timeToLive: "P99999999Y" },
      ["timeToLive has to be over within 100 years: leave it out for good (it is P99999999Y)."],
    ],
    [
      "a time in other words",
      { ...least, timeToLive: "30 days" },
      [
        "timeToLive has to be an ISO 8601 duration, such as P30D or PT12H, or a time with its zone, such as 2027-01-31T18:00:00Z (it is 30 days).",
      ],
    ],
    [
      "a time without its zone",
      { ...least, timeToLive: "2027-01-31T18:00:00" },
      [
        "timeToLive has to be an ISO 8601 duration, such as P30D or PT12H, or a time with its zone, such as 2027-01-31T18:00:00Z (it is 2027-01-31T18:00:00).",
      ],
    ],
    [
      "control characters",
      { ...least, domain: "a\u001b[31m.example" },
      ['domain has to be a domain name in lower case, such as example.com (it is "a\\u001b[31m.example").'],
    ],
  ])("with %s is refused in words", (_, input, expected) => {
    expect(sentences(input)).toEqual(expected);
  });

  test("is told of everything at once, whatever is wrong with its form", () => {
    const input = {
      project: "Office",
      cloud: "digitalocean",
      region: "fra2",
      domain: 5,
      access: { admins: ["nowhere", 7], anywher: true },
      software: [
        { name: "wiki", software: "dokuwik", size: "s-1vpcu-1gb" },
        { name: "wiki", software: "wordpress", parameters: { adminUser: "0" } },
        "wiki",
      ],
      tls: { issuer: "acmee" },
      timeToLive: "PT1M",
    };
    expect(
      checkRequest(input)
        .problems.map(({ at, suggestion }) => (suggestion === undefined ? at : `${at} → ${suggestion}`))
        .sort(),
    ).toEqual([
      "access.admins[0]",
      "access.admins[1]",
      "access.anywher → anywhere",
      "domain",
      "project",
      "region → fra1",
      "software[0].size → s-1vcpu-1gb",
      "software[0].software → dokuwiki",
      "software[1].name",
      "software[1].parameters.adminUser",
      "software[2]",
      "timeToLive",
      "tls.issuer → acme",
    ]);
  });

  test("is not blamed for what follows from another mistake", () => {
    const input = {
      ...least,
      software: [{ name: 5, software: 7, size: "s-1vcpu-512mb-10gb", parameters: { x: "y" } }],
    };
    expect(checkRequest(input).problems.map(({ at }) => at)).toEqual(["software[0].name", "software[0].software"]);
  });

  test("throws one error with all problems", () => {
    const attempt = () => parseRequest({ ...least, project: "", region: "fra2" });
    expect(attempt).toThrow(InvalidRequest);
    expect(attempt).toThrow(/^The request is not right, in 2 places:\n {2}project has .*\n {2}region has .*$/);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: "INVALID_REQUEST",
        problems: [
          expect.objectContaining({ path: ["project"], at: "project", value: "empty" }),
          expect.objectContaining({ path: ["region"], at: "region", value: "fra2", suggestion: "fra1" }),
        ],
      }) as Error,
    );
  });

  test("is held against the cloud's own list when there is one", () => {
    const { sizes, regions } = shippedOffers;
    const offers = {
      ...shippedOffers,
      live: true,
      regions: [...regions, { slug: "ric1", name: "Richmond 1", available: true }],
      sizes: sizes.map((size) => ({ ...size, regions: size.slug === "s-1vcpu-2gb" ? ["ric1"] : ["fra1", "ric1"] })),
    };
    const sized: ProjectRequestSource = { ...least, software: [{ ...wiki, size: "s-1vcpu-2gb" }] };
    expect(checkRequest({ ...sized, region: "ric1" }, { offers }).problems).toEqual([]);
    expect(checkRequest(sized, { offers }).problems.map(sentenceOf)).toEqual([
      "software[0].size has to be a size that region fra1 has, such as s-1vcpu-512mb-10gb, s-1vcpu-1gb, s-1vcpu-1gb-amd, s-1vcpu-1gb-intel, s-1vcpu-1gb-35gb-intel (it is s-1vcpu-2gb).",
    ]);
  });

  test("is judged from the moment it was accepted, when that is said", () => {
    const ended = { ...least, timeToLive: "2026-01-01T00:00:00Z" };
    expect(checkRequest(ended, { asOf: new Date("2025-12-01T00:00:00Z") }).problems).toEqual([]);
    expect(checkRequest(ended).problems).toHaveLength(1);
  });
});

describe("a secret in a request", () => {
  const strong = `
name: vault
title: Vault
description: A vault.
homepage: https://example.com/
needs: { memoryMb: 512, diskGb: 5 }
packages: { install: [nginx], version: nginx }
port: 80
parameters:
  key: { description: The key., required: true, pattern: "^.{30,}$", expected: at least 30 characters, credential: password }
  seed: { description: The seed., generate: { length: 16 }, pattern: "^.{30,}$" }
services: [nginx]
health: { path: /, contains: x }
`;
  const catalogue = new Map([["vault", parseDefinition(strong, "vault.yaml")]]);
  const private1 = "-----BEGIN OPENSSH PRIVATE KEY-----\nopen sesame\n-----END OPENSSH PRIVATE KEY-----";
  const on = (parameters: unknown) => ({ ...least, software: [{ name: "wiki", software: "vault", parameters }] });

  test.each<[string, unknown, string]>([
    ["that is too weak", on({ key: "open sesame" }), "software[0].parameters.key"],
    ["that is made up otherwise", on({ key: "k".repeat(30), seed: "open sesame" }), "software[0].parameters.seed"],
    ["of two lines", on({ key: "open\nopen sesame" }), "software[0].parameters.key"],
    ["under another name", on({ key: "k".repeat(30), kye: "open sesame" }), "software[0].parameters.kye"],
    ["that is no text", on({ key: ["open sesame"] }), "software[0].parameters.key"],
    ["in place of all parameters", on("open sesame"), "software[0].parameters"],
    ["in a list", on(["open sesame"]), "software[0].parameters"],
    ["that is too long", on({ key: "open sesame".repeat(200) }), "software[0].parameters.key"],
    ["that is far too long", on({ key: "open sesame".repeat(2000) }), "software[0].parameters.key"],
    ["beside the parameters", { ...least, password: "open sesame" }, "password"],
    ["in place of a public key", { ...least, access: { ...least.access, keys: [private1] } }, "access.keys[0]"],
    ["in place of all public keys", { ...least, access: { ...least.access, keys: "open sesame" } }, "access.keys"],
    ["that is a key, anywhere", { ...least, domain: private1 }, "domain"],
    ["that is a token, anywhere", { ...least, region: "dop_v1_open sesame" }, "region"],
  ])("%s is in no error", (_, input, at) => {
    const { problems } = checkRequest(input, { catalogue });
    expect(problems.map((problem) => problem.at)).toContain(at);
    expect(JSON.stringify(problems)).not.toContain("open sesame");
    let thrown: unknown;
    try {
      parseRequest(input, { catalogue });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InvalidRequest);
    expect(`${(thrown as Error).message} ${String((thrown as Error).stack)} ${JSON.stringify(thrown)}`).not.toContain(
      "open sesame",
    );
  });

  test("is taken when it is right", () => {
    expect(parseRequest(on({ key: "k".repeat(30) }), { catalogue }).software[0]?.parameters).toEqual({
      key: "k".repeat(30),
    });
    expect(checkRequest({ ...least, access: { ...least.access, keys: [publicKey] } }).problems).toEqual([]);
  });
});
