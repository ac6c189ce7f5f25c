import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { BusinessDeployment, type DigitalOceanDeploymentArgs } from "../../components/digitalocean/deployment";
import { type Billable, billablesOf, costBetween, estimate, estimateOf, UnknownPrice } from "../../driver/estimate";
import { toDeployment } from "../../driver/request/deployment";
import { shippedOffers } from "../../driver/request/digitalocean-offers";
import type { OfferAnswers } from "../../driver/request/offers";
import { parseRequest } from "../../driver/request/parse";
import { ManualClock } from "../../sandbox/clock";
import { playCloud } from "../components/digitalocean/mocks";
import { settled } from "../components/recorded";
import { TestApi } from "../sandbox/digitalocean/api";
import { layDown } from "./paper-deployment";
import { least } from "./request/requests";

const hour = 3_600_000;
const start = new Date("2026-01-01T00:00:00Z");
const after = (hours: number): Date => new Date(start.getTime() + hours * hour);

const request = parseRequest({
  ...least,
  tls: { issuer: "private-ca" },
  bastionSize: "s-1vcpu-512mb-10gb",
  software: [
    { name: "wiki", software: "dokuwiki" },
    { name: "site", software: "wordpress", size: "s-1vcpu-1gb" },
  ],
});

describe("an estimate", () => {
  test("names each part with its price, and all of them together", async () => {
    const { lines, notes, ...rest } = await estimate(request);
    expect(lines.filter(({ monthly }) => monthly > 0)).toEqual([
      { name: "bastion", what: "droplet s-1vcpu-512mb-10gb", monthly: 4, hourly: 0.00595, least: 0.01 },
      { name: "wiki", what: "droplet s-1vcpu-1gb", monthly: 6, hourly: 0.00893, least: 0.01 },
      { name: "site", what: "droplet s-1vcpu-1gb", monthly: 6, hourly: 0.00893, least: 0.01 },
    ]);
    expect(lines.filter(({ monthly }) => monthly === 0).map(({ what }) => what)).toEqual([
      "reserved IP (free while it leads to a droplet)",
      "private network, its firewalls and tags",
      "zone of example.com with 4 records",
      "the deployment's SSH key",
    ]);
    expect(rest).toMatchObject({ currency: "USD", monthly: 16, hourly: 0.02381 });
    expect(notes).toEqual([]);
  });

  test("says of when its prices are, where they are from, and what they leave out", async () => {
    const { prices, otherPrices, notIncluded } = await estimate(request);
    expect(prices).toEqual({ source: shippedOffers.source, date: "2025-08-20", live: false });
    expect(otherPrices).toEqual({ source: "DigitalOcean's documentation (docs.digitalocean.com)", date: "2026-03-09" });
    expect(notIncluded.join(" ")).toMatch(/traffic.*taxes/);
  });

  test("of what has no price is none", () => {
    const attempt = () => estimateOf([{ kind: "droplet", name: "wiki", size: "s-9vcpu" }], shippedOffers);
    expect(attempt).toThrow(UnknownPrice);
    expect(attempt).toThrow(
      "There is no price for the size s-9vcpu: DigitalOcean's lists of sizes and regions (doctl compute size list, doctl compute region list) doesn't have it. Choose one that is listed there.",
    );
  });
});

describe("what a deployment is estimated to cost is what the cloud charges", () => {
  let api: TestApi;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock(start);
    api = await TestApi.open({ clock });
  });
  afterEach(() => api.close());

  /** In cents, of the month so far and of those that are over. */
  async function charged(): Promise<number> {
    const { body } = await api.get("/v2/customers/my/invoices");
    const { invoices, invoice_preview } = body as {
      invoices: { amount: string }[];
      invoice_preview: { amount: string };
    };
    return [...invoices, invoice_preview].reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
  }

  test("for every resource that its program registers, at any time of its life", async () => {
    const registered = playCloud();
    const { name, ...args } = toDeployment(request);
    new BusinessDeployment(name, args as DigitalOceanDeploymentArgs);
    await settled();
    await layDown(api, registered);

    const droplets = registered.filter(({ type }) => type.endsWith(":Droplet"));
    const estimated = await estimate(request);
    expect(estimated.lines.filter(({ what }) => what.startsWith("droplet"))).toHaveLength(droplets.length);
    let passed = 0;
    for (const hours of [0.01, 1, 9, 100, 671, 672, 744, 745, 1416, 2000]) {
      clock.advance((hours - passed) * hour);
      passed = hours;
      expect([hours, await charged()]).toEqual([hours, Math.round(costBetween(estimated, start, after(hours)) * 100)]);
    }
    clock.advance((3624 - passed) * hour);
    // February is exactly as long as what is paid for, and a month never costs more than its price.
    expect((await api.get("/v2/customers/my/invoices")).list("invoices")).toMatchObject([
      { invoice_period: "2026-05", amount: "16.00" },
      { invoice_period: "2026-04", amount: "16.00" },
      { invoice_period: "2026-03", amount: "16.00" },
      { invoice_period: "2026-02", amount: "16.00" },
      { invoice_period: "2026-01", amount: "16.00" },
    ]);
    expect(estimated.monthly).toBe(16);
  });

  test("for backups, volumes, snapshots and addresses that lead nowhere", async () => {
    const backups = (plan: string) => ({
      backups: true,
      backup_policy: { plan, hour: 4, ...(plan === "weekly" ? { weekday: "SUN" } : {}) },
    });
    await api.droplet("weekly", { size: "s-1vcpu-2gb", ...backups("weekly") });
    const daily = await api.droplet("daily", { size: "s-2vcpu-4gb", ...backups("daily") });
    await api.post("/v2/reserved_ips", { region: "fra1" });
    await api.post("/v2/volumes", { name: "data", region: "fra1", size_gigabytes: 130 });
    await api.post(`/v2/droplets/${daily}/actions`, { type: "snapshot", name: "then" });
    await api.cloud.settled();
    const sizeGb = (await api.get("/v2/snapshots")).number("snapshots", 0, "size_gigabytes");
    const all: Billable[] = [
      { kind: "droplet", name: "weekly", size: "s-1vcpu-2gb", backups: "weekly" },
      { kind: "droplet", name: "daily", size: "s-2vcpu-4gb", backups: "daily" },
      { kind: "reserved-ip", name: "spare", assigned: false },
      { kind: "volume", name: "data", sizeGb: 130 },
      { kind: "snapshot", name: "then", sizeGb },
    ];
    const estimated = estimateOf(all, shippedOffers);
    expect(estimated.monthly).toBeCloseTo(12 + 2.4 + 24 + 7.2 + 5 + 13 + sizeGb * 0.06, 2);
    let passed = 0;
    for (const hours of [100, 672]) {
      clock.advance((hours - passed) * hour);
      passed = hours;
      expect([hours, await charged()]).toEqual([hours, Math.round(costBetween(estimated, start, after(hours)) * 100)]);
    }
  });
});

describe("the cloud's own prices", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.open();
  });
  afterAll(() => api.close());

  const asked = async (signal: AbortSignal, origin = api.origin): Promise<OfferAnswers> => {
    const get = async (path: string): Promise<unknown> => {
      const headers = { authorization: "Bearer sandbox-token-of-a-test" };
      return (await fetch(`${origin}${path}`, { headers, signal })).json();
    };
    return { sizes: await get("/v2/sizes?per_page=200"), regions: await get("/v2/regions?per_page=200") };
  };

  test("count when it can be asked", async () => {
    const estimated = await estimate(request, { live: (signal) => asked(signal) });
    expect(estimated).toMatchObject({ monthly: 16, notes: [], prices: { live: true } });
    const dearer = async (signal: AbortSignal): Promise<OfferAnswers> => {
      const { sizes, regions } = await asked(signal);
      const raised = (sizes as { sizes: { price_monthly: number }[] }).sizes.map((size) => ({
        ...size,
        price_monthly: size.price_monthly * 2,
      }));
      return { sizes: { sizes: raised }, regions };
    };
    expect((await estimate(request, { live: dearer })).monthly).toBe(32);
  });

  test("are not to be had of a size that it hasn't got", async () => {
    const large = parseRequest({ ...least, bastionSize: "c-2" });
    await expect(estimate(large, { live: (signal) => asked(signal) })).rejects.toThrow(UnknownPrice);
  });

  describe("when it can't be asked", () => {
    let server: Server;
    let origin: string;
    let answer: "page" | "nothing" | "cut";
    const waiting = new Set<() => void>();
    beforeAll(async () => {
      server = createServer((_, response) => {
        if (answer === "page") response.end("<!doctype html><title>Just a moment…</title>");
        else if (answer === "cut") response.socket?.destroy();
        else waiting.add(() => response.end("{}"));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(async () => {
      for (const release of waiting) release();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    test.each<["page" | "cut", RegExp]>([
      ["page", /\(SyntaxError\): these are of 2025-08-20\.$/],
      ["cut", /\(TypeError\): these are of 2025-08-20\.$/],
    ])("because it answers with a %s, those that come with the product do, and it is said", async (kind, note) => {
      answer = kind;
      const estimated = await estimate(request, { live: (signal) => asked(signal, origin) });
      expect(estimated).toMatchObject({ monthly: 16, prices: { live: false, date: "2025-08-20" } });
      expect(estimated.notes).toEqual([expect.stringMatching(note)]);
    });

    test("because it does not answer, it is not waited for", async () => {
      answer = "nothing";
      const estimated = await estimate(request, { live: (signal) => asked(signal, origin), timeoutMs: 50 });
      expect(estimated.notes).toEqual([
        "The cloud could not be asked for its prices (it did not answer within 0.05 s): these are of 2025-08-20.",
      ]);
      // Nor when who was asked listens to nobody.
      const deaf = await estimate(request, { live: () => new Promise(() => undefined), timeoutMs: 50 });
      expect(deaf.notes).toHaveLength(1);
    });

    test("because its answer is another, the error's words are not repeated", async () => {
      const refusal = async (): Promise<OfferAnswers> => {
        await Promise.resolve();
        throw Object.assign(new Error("token dop_v1_abc was refused"), { code: "ECONNREFUSED" });
      };
      const [odd, refused] = [
        await estimate(request, { live: () => Promise.resolve({ sizes: { sizes: [] }, regions: {} }) }),
        await estimate(request, { live: refusal }),
      ];
      expect(odd.notes).toEqual([expect.stringContaining("(its answer can't be used: sizes)")]);
      expect(refused.notes).toEqual([expect.stringContaining("(ECONNREFUSED)")]);
      expect(JSON.stringify(refused)).not.toContain("dop_v1");
    });

    test("because somebody called it off, there is no estimate", async () => {
      answer = "nothing";
      const controller = new AbortController();
      const { signal } = controller;
      const live = (inner: AbortSignal): Promise<OfferAnswers> => {
        controller.abort(new Error("no longer needed"));
        return asked(inner, origin);
      };
      await expect(estimate(request, { live, signal })).rejects.toThrow("no longer needed");
      let calls = 0;
      const counted = (): Promise<OfferAnswers> => Promise.reject(new Error(String(++calls)));
      await expect(estimate(request, { live: counted, signal })).rejects.toThrow("no longer needed");
      expect(calls).toBe(0);
    });
  });

  test("billables are of the request alone", () => {
    expect(billablesOf(request).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "droplet bastion",
      "droplet wiki",
      "droplet site",
      "reserved-ip bastion",
      "free network",
      "free dns",
      "free key",
    ]);
  });
});
