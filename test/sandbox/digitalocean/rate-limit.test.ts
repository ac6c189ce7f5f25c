import { ManualClock } from "../../../sandbox/clock";
import { manyTokens } from "../../../sandbox/digitalocean/access";
import { RateLimiter } from "../../../sandbox/digitalocean/rate-limit";
import { TestApi } from "./api";

const start = new Date("2026-01-01T00:00:00Z");
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe("the limits of a token", () => {
  let clock: ManualClock;
  let limiter: RateLimiter;
  beforeEach(() => {
    clock = new ManualClock(start);
    limiter = new RateLimiter(clock);
  });

  const take = (count: number, caller = "a"): void => {
    for (let taken = 0; taken < count; taken++) limiter.take(caller);
  };
  /** As many as an hour allows, at a pace that a minute allows. */
  const useUp = (): void => {
    for (let batch = 0; batch < 20; batch++) {
      take(250);
      clock.advance(2 * minute);
    }
  };

  test("250 a minute, and says how long to wait", () => {
    take(100);
    clock.advance(20 * second);
    take(150);
    clock.advance(10.5 * second);
    expect(limiter.take("a")).toMatchObject({ allowed: false, remaining: 0, retryAfter: 30 });
    clock.advance(29.5 * second);
    expect(limiter.take("a")).toMatchObject({ allowed: true, remaining: 4749 });
  });

  test("5000 an hour, and says when the oldest no longer counts", () => {
    useUp();
    const refused = limiter.take("a");
    expect(refused).toEqual({ allowed: false, remaining: 0, reset: (start.getTime() + hour) / 1000 });
    clock.advance(hour - 40 * minute - 1);
    expect(limiter.take("a").allowed).toBe(false);
    clock.advance(1);
    expect(limiter.take("a")).toMatchObject({ allowed: true, reset: (start.getTime() + hour + 2 * minute) / 1000 });
  });

  test("a refused request does not count", () => {
    take(1000);
    clock.advance(minute);
    expect(limiter.take("a").remaining).toBe(4749);
  });

  test("ten listings of SSH keys a minute", () => {
    for (let listed = 0; listed < 10; listed++) expect(limiter.take("a", true).allowed).toBe(true);
    clock.advance(45 * second);
    expect(limiter.take("a", true)).toMatchObject({ allowed: false, retryAfter: 15 });
    expect(limiter.take("a").allowed).toBe(true);
    clock.advance(15 * second);
    expect(limiter.take("a", true).allowed).toBe(true);
  });

  test("are each token's own", () => {
    take(250, "a");
    expect(limiter.take("a").allowed).toBe(false);
    expect(limiter.take("b")).toMatchObject({ allowed: true, remaining: 4999 });
  });

  test("refuse nothing when they are switched off, and count all the same", () => {
    limiter.enabled = false;
    take(6000);
    expect(limiter.take("a")).toMatchObject({ allowed: true, remaining: 0 });
    limiter.enabled = true;
    expect(limiter.take("a").allowed).toBe(false);
    limiter.reset();
    expect(limiter.take("a").remaining).toBe(4999);
  });

  test("are the same after days of requests", () => {
    for (let round = 0; round < 5; round++) {
      useUp();
      expect(limiter.take("a").allowed).toBe(false);
      clock.advance(hour);
    }
    expect(limiter.take("a").remaining).toBe(4999);
  });
});

describe("the API", () => {
  const access = manyTokens({ first: "all", second: ["account:read"] });
  let clock: ManualClock;
  let api: TestApi;
  beforeEach(async () => {
    clock = new ManualClock(start);
    api = await TestApi.open({ clock, access, limits: true });
  });
  afterEach(() => api.close());

  const ask = (token: string) => api.call("GET", "/v2/account", undefined, { authorization: `Bearer ${token}` });

  test("answers 429 to a burst, with the time to wait, until it is over", async () => {
    for (let asked = 0; asked < 249; asked++) await ask("first");
    expect((await ask("first")).headers).toMatchObject({ "ratelimit-limit": "5000", "ratelimit-remaining": "4750" });
    const refused = await ask("first");
    expect(refused).toMatchObject({ status: 429, body: { id: "too_many_requests" } });
    expect(refused.headers).toMatchObject({ "retry-after": "60", "ratelimit-remaining": "0" });
    expect((await ask("second")).status).toBe(200);
    clock.advance(minute);
    expect((await ask("first")).status).toBe(200);
  });

  test("counts on answers that are errors too", async () => {
    const headers = (await api.call("GET", "/v2/droplets/7", undefined, { authorization: "Bearer first" })).headers;
    expect(headers).toMatchObject({ "ratelimit-remaining": "4999", "ratelimit-reset": "1767229200" });
    const nobody = await ask("nobody");
    expect(nobody).toMatchObject({ status: 401, headers: { "ratelimit-remaining": "4999" } });
    expect((await ask("first")).headers["ratelimit-remaining"]).toBe("4998");
  });
});
