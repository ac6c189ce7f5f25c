import { loadCatalogue } from "../../../catalogue/loader";
import { shippedOffers } from "../../../driver/request/digitalocean-offers";
import { type FormField, notAsked, requestForm } from "../../../driver/request/form";
import { parseRequest } from "../../../driver/request/parse";
import { requestSchema } from "../../../driver/request/schema";
import { softwareRequest, tls } from "../../../programs/schema";

const form = requestForm(loadCatalogue(), shippedOffers);
const fields = form.sections.flatMap((section) => section.fields);
const field = (path: string): FormField => fields.find((one) => one.path === path)!;

describe("the form of a request", () => {
  test("asks for everything that a request can have, once", () => {
    const outer = Object.keys(requestSchema.shape);
    const keys = [
      ...outer.filter((key) => !["access", "software", "tls"].includes(key)),
      ...Object.keys(requestSchema.shape.access.shape).map((key) => `access.${key}`),
      ...Object.keys(softwareRequest.shape).map((key) => `software[].${key}`),
      ...new Set(tls.options.flatMap((option) => Object.keys(option.shape)).map((key) => `tls.${key}`)),
    ];
    expect([...fields.map(({ path }) => path), ...notAsked].sort()).toEqual(keys.sort());
  });

  test("asks in an order, with what is for few at the end", () => {
    expect(form.sections.map(({ title }) => title)).toEqual([
      "Project",
      "Software",
      "Cloud",
      "Access",
      "How long",
      "Details",
    ]);
    const advanced = fields.map((one) => one.advanced);
    expect(advanced).toEqual([...advanced].sort());
  });

  test("says of each what it is called, what it means and whether it is needed", () => {
    for (const { label, help } of fields)
      expect([label, help]).toEqual([expect.stringMatching(/^[A-Z]/), expect.stringMatching(/\.$/)]);
    expect(fields.filter(({ required }) => required).map(({ path }) => path)).toEqual([
      "project",
      "domain",
      "software[].software",
      "software[].name",
      "cloud",
      "region",
      "access.admins",
    ]);
    expect(field("protect").kind).toBe("switch");
    expect(field("access.admins")).toMatchObject({ kind: "texts", example: "203.0.113.7/32" });
    expect(field("project")).toMatchObject({ kind: "text", example: "office", pattern: expect.any(String) as string });
  });

  test("offers what the catalogue and the cloud have", () => {
    expect(field("cloud").choices).toEqual([
      { value: "digitalocean", label: "DigitalOcean" },
      { value: "aws", label: "AWS" },
    ]);
    expect(field("software[].software").choices?.map(({ value, label }) => [value, label])).toEqual([
      ["dokuwiki", "DokuWiki"],
      ["wordpress", "WordPress"],
    ]);
    const regions = field("region").choices ?? [];
    expect(regions[0]).toEqual({ value: "frankfurt", label: "Frankfurt" });
    expect(regions).toContainEqual({ value: "ams3", label: "Amsterdam 3", cloud: "digitalocean" });
    expect(regions).toContainEqual({ value: "eu-central-1", label: "Frankfurt", cloud: "aws" });
    expect(regions.map(({ value }) => value)).not.toContain("sfo1");
    const sizes = field("software[].size").choices ?? [];
    expect(sizes[0]).toEqual({ value: "small", label: "Small: 1 GB of memory", memoryMb: 1024 });
    expect(sizes).toContainEqual({
      value: "s-1vcpu-1gb",
      label: "1 GB, 1 processor, 25 GB disk: $6.00 a month",
      help: "Basic",
      memoryMb: 1024,
      monthly: 6,
      cloud: "digitalocean",
    });
    expect(sizes).toContainEqual({
      value: "t3.micro",
      label: "1 GB, 2 processors: from $7.59 a month, without its disk of 25 GB",
      help: "Burstable",
      memoryMb: 1024,
      monthly: 7.59,
      cloud: "aws",
    });
  });

  test("offers a cloud's own list when it is there, and of the others what came with the product", () => {
    const own = { ...shippedOffers, live: true, regions: [{ slug: "ric1", name: "Richmond 1", available: true }] };
    const { sections } = requestForm(loadCatalogue(), own);
    const choices = sections.flatMap(({ fields: all }) => all).find(({ path }) => path === "region")?.choices ?? [];
    expect(choices.filter(({ cloud }) => cloud === "digitalocean").map(({ value }) => value)).toEqual(["ric1"]);
    expect(choices.filter(({ cloud }) => cloud === "aws").length).toBeGreaterThan(10);
  });

  test.each(["digitalocean", "aws"])("offers only what is taken, on %s", (cloud) => {
    const first = (path: string) =>
      field(path).choices?.find((choice) => choice.cloud === cloud && (choice.memoryMb ?? 1024) >= 1024)?.value;
    const request = {
      project: field("project").example,
      cloud,
      region: first("region"),
      domain: field("domain").example,
      access: { admins: [field("access.admins").example] },
      tls: { issuer: field("tls.issuer").choices?.[0]?.value, email: field("tls.email").example },
      networkRange: field("networkRange").example,
      bastionSize: first("bastionSize"),
      ...(cloud === "aws" ? { owner: field("owner").example } : {}),
      timeToLive: field("timeToLive").example,
      software: field("software[].software").choices?.map(({ value }) => ({
        name: value,
        software: value,
        size: first("software[].size"),
        parameters: Object.fromEntries(
          (form.parameters[value] ?? []).flatMap((one) => (one.default === undefined ? [] : [[one.path, one.default]])),
        ),
      })),
    };
    expect(() => parseRequest(request)).not.toThrow();
  });

  test("asks for each software's own parameters, and hides secrets", () => {
    expect(form.parameters.dokuwiki?.map(({ path, label, kind }) => [path, label, kind])).toEqual([
      ["title", "Title", "text"],
      ["adminUser", "Admin user", "text"],
      ["adminPassword", "Admin password", "secret"],
      ["adminEmail", "Admin email", "text"],
      ["language", "Language", "text"],
    ]);
    expect(form.parameters.dokuwiki?.[2]?.help).toBe(
      "The first administrator's first password. Made up when it is left empty.",
    );
  });
});
