import { enums } from "@pulumi/digitalocean/types";

import { shippedOffers } from "../../../driver/request/digitalocean-offers";
import { availableOf, offersFrom, UnusableOffers } from "../../../driver/request/offers";
import { sizes } from "../../../sandbox/digitalocean/catalogue/sizes";
import { TestApi } from "../../sandbox/digitalocean/api";

describe("what comes with the product", () => {
  test("are sizes and regions that the cloud's own package knows, each once", () => {
    const slugs = shippedOffers.sizes.map(({ slug }) => slug);
    expect(new Set(slugs).size).toBe(slugs.length);
    expect(Object.values(enums.DropletSlug)).toEqual(expect.arrayContaining(slugs));
    expect(shippedOffers.regions.map(({ slug }) => slug)).toEqual(expect.arrayContaining(Object.values(enums.Region)));
  });

  test("has prices: an hour is a 672nd of a month", () => {
    for (const { slug, monthly, hourly } of shippedOffers.sizes)
      expect([slug, Math.abs(hourly - monthly / 672) < 0.00002 * Math.max(1, hourly)]).toEqual([slug, true]);
  });

  test("has the sandbox's sizes at its prices", () => {
    for (const { slug, description, memoryMb, vcpus, diskGb, monthly, hourly } of sizes)
      expect(shippedOffers.sizes).toContainEqual({
        slug,
        description,
        memoryMb,
        vcpus,
        diskGb,
        monthly,
        hourly,
        available: true,
      });
  });
});

describe("what the cloud's API says", () => {
  let api: TestApi;
  let answers: { sizes: unknown; regions: unknown };
  beforeAll(async () => {
    api = await TestApi.open();
    const [listed, regions] = [await api.get("/v2/sizes?per_page=200"), await api.get("/v2/regions?per_page=200")];
    answers = { sizes: listed.body, regions: regions.body };
  });
  afterAll(() => api.close());

  test("is read", () => {
    const offers = offersFrom(answers, new Date("2026-02-03T04:05:06Z"));
    expect(offers).toMatchObject({ date: "2026-02-03", live: true });
    expect(offers.sizes[1]).toEqual({
      slug: "s-1vcpu-1gb",
      description: "Basic",
      memoryMb: 1024,
      vcpus: 1,
      diskGb: 25,
      monthly: 6,
      hourly: 0.00893,
      available: true,
      regions: expect.arrayContaining(["fra1"]) as string[],
    });
    expect(offers.regions).toContainEqual({ slug: "sfo1", name: "San Francisco 1", available: false });
    expect(availableOf(offers).sizes[0]).toMatchObject({ slug: "s-1vcpu-512mb-10gb", memory: 512 });
  });

  const size = {
    slug: "s",
    memory: 1,
    vcpus: 1,
    disk: 1,
    price_monthly: 1,
    price_hourly: 1,
    regions: [],
    available: true,
  };
  const regions = { regions: [{ slug: "fra1", name: "Frankfurt 1", available: true }] };
  test.each<[string, unknown, unknown, string]>([
    ["a page for people", "<!doctype html>", regions, "sizes"],
    ["nothing", undefined, undefined, "sizes"],
    ["an error", { id: "unauthorized", message: "dop_v1_secret" }, regions, "sizes"],
    ["no sizes at all", { sizes: [] }, regions, "sizes"],
    ["no price", { sizes: [{ ...size, price_monthly: undefined }] }, regions, "sizes[0].price_monthly"],
    ["a price below nothing", { sizes: [size, { ...size, price_hourly: -1 }] }, regions, "sizes[1].price_hourly"],
    ["a price in words", { sizes: [{ ...size, price_monthly: "6.00" }] }, regions, "sizes[0].price_monthly"],
    ["a price beyond all prices", { sizes: [{ ...size, price_monthly: 1e300 }] }, regions, "sizes[0].price_monthly"],
    ["other regions", { sizes: [size] }, { regions: ["fra1"] }, "regions[0]"],
  ])("as %s is not believed", (_, sizes, given, place) => {
    const attempt = () => offersFrom({ sizes, regions: given }, new Date());
    expect(attempt).toThrow(UnusableOffers);
    expect(attempt).toThrow(expect.objectContaining({ code: "UNUSABLE_OFFERS", place }) as Error);
    expect(attempt).not.toThrow(/secret/);
  });
});
