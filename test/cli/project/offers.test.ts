import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { offersOf } from "../../../cli/project/offers";
import { shippedOffers } from "../../../driver/request";
import { TestApi, token } from "../../sandbox/digitalocean/api";
import { Scripted, sendJson } from "../../guard/scripted";

const tokens = {
  current: () => Promise.resolve({ value: token }),
  replacement: () => Promise.reject(new Error("none")),
};
const going = new AbortController().signal;
let warnings: string[];
const report = { warn: (sentence: string): void => void warnings.push(sentence) };
beforeEach(() => {
  warnings = [];
});

const size = (slug: string): object => ({
  ...{ slug, memory: 1024, vcpus: 1, disk: 25, transfer: 1, price_monthly: 6, price_hourly: 0.01 },
  ...{ regions: ["fra1"], available: true, description: "Basic" },
});
const regions = { regions: [{ slug: "fra1", name: "Frankfurt 1", available: true }], meta: { total: 1 } };

test("the account's own sizes and regions count, as the cloud says them", async () => {
  const api = await TestApi.open();
  const offers = await offersOf({ apiUrl: new URL(api.origin), tokens }, report, going);
  await api.close();
  expect(offers).toMatchObject({ live: true, cloud: "digitalocean" });
  expect(offers.sizes.map(({ slug }) => slug)).toContain("s-1vcpu-1gb");
  expect(warnings).toEqual([]);
});

test("lists of several pages are read to their end", async () => {
  const api = await Scripted.open((response, { url }) => {
    if (url.startsWith("/v2/regions")) sendJson(response, regions);
    else sendJson(response, { sizes: [size(url.includes("&page=2") ? "second" : "first")], meta: { total: 2 } });
  });
  const offers = await offersOf({ apiUrl: new URL(api.url), tokens }, report, going);
  await api.close();
  expect(offers.sizes.map(({ slug }) => slug)).toEqual(["first", "second"]);
  expect(api.arrived.every(({ headers }) => headers.authorization === `Bearer ${token}`)).toBe(true);
});

const page = "<html><title>Just a moment...</title><body>checking your browser</body></html>";
test.each<[string, (send: (status: number, type: string, body: string) => void) => void, RegExp]>([
  [
    "a page in place of a list",
    (send) => {
      send(200, "text/html", page);
    },
    /what answered was no list/,
  ],
  [
    "a token that is not taken",
    (send) => {
      send(401, "application/json", '{"id":"unauthorized"}');
    },
    /answered with 401/,
  ],
  [
    "a list of something else",
    (send) => {
      send(200, "application/json", '{"sizes":[1],"regions":[1]}');
    },
    /can't be used: /,
  ],
  [
    "a list without end",
    (send) => {
      send(200, "application/json", '{"sizes":[1],"regions":[1],"meta":{"total":1e9}}');
    },
    /has no end/,
  ],
])("%s makes the shipped list count, and says so", async (_what, answer, why) => {
  const api = await Scripted.open((response) => {
    answer((status, type, body) => response.writeHead(status, { "content-type": type }).end(body));
  });
  expect(await offersOf({ apiUrl: new URL(api.url), tokens }, report, going)).toBe(shippedOffers);
  await api.close();
  expect(warnings).toEqual([expect.stringMatching(why)]);
  expect(warnings[0]).toContain(`the list of ${shippedOffers.date}`);
  expect(warnings[0]).not.toContain(token);
});

test("whoever does not answer is not waited for longer than the limit, nor is a token that does not come", async () => {
  const deaf = createServer(() => undefined);
  await once(deaf.listen(0, "127.0.0.1"), "listening");
  const apiUrl = new URL(`http://127.0.0.1:${(deaf.address() as AddressInfo).port}`);
  expect(await offersOf({ apiUrl, tokens }, report, going, 300)).toBe(shippedOffers);
  const late = {
    ...tokens,
    current: (signal?: AbortSignal) =>
      once(signal!, "abort").then(() => {
        throw signal!.reason;
      }),
  };
  expect(await offersOf({ apiUrl, tokens: late }, report, going, 300)).toBe(shippedOffers);
  deaf.close();
  expect(warnings).toEqual([expect.stringContaining("within 0.3 s"), expect.stringContaining("TimeoutError")]);
});

test("Ctrl-C meanwhile ends it", async () => {
  const apiUrl = new URL("http://127.0.0.1:9");
  await expect(offersOf({ apiUrl, tokens }, report, AbortSignal.abort("Ctrl-C"))).rejects.toBe("Ctrl-C");
  expect(warnings).toEqual([]);
});
