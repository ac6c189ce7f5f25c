import fc from "fast-check";

import { counting, learn, nobody, read } from "../../../guard/pacing/readings";
import { hour, minute, second } from "./simulation";

const now = Date.parse("2026-01-01T12:00:00Z");
const limits = { "ratelimit-limit": "5000", "ratelimit-remaining": "4816", "ratelimit-reset": "1767268860" };

describe("what an answer says of the limits", () => {
  test("is the hour's, with a reset in seconds since 1970", () => {
    expect(read(200, limits, now)).toEqual({ hour: { limit: 5000, remaining: 4816, reset: 1767268860 * second } });
  });

  test("is for how long to leave the API alone, in seconds or as a date", () => {
    expect(read(429, { ...limits, "retry-after": "17" }, now)).toEqual({ quietUntil: now + 17 * second });
    expect(read(503, { "retry-after": "Thu, 01 Jan 2026 12:00:30 GMT" }, now)).toEqual({
      quietUntil: now + 30 * second,
    });
  });

  test("with 429 for the hour is until the oldest request no longer counts", () => {
    const { hour: said, quietUntil } = read(429, { ...limits, "ratelimit-remaining": "0" }, now);
    expect(said?.remaining).toBe(0);
    expect(quietUntil).toBe(1767268860 * second);
  });

  test("with a bare 429 is half a minute", () => {
    expect(read(429, {}, now)).toEqual({ quietUntil: now + 30 * second });
  });

  test.each([
    { "ratelimit-limit": "5000" },
    { ...limits, "ratelimit-remaining": "-1" },
    { ...limits, "ratelimit-remaining": "6000" },
    { ...limits, "ratelimit-limit": "0", "ratelimit-remaining": "0" },
    { ...limits, "ratelimit-limit": "1e9999" },
    { ...limits, "ratelimit-limit": "5000, 5000" },
    { "retry-after": "17" },
    { "retry-after": "soon" },
  ])("is nothing when it is none: %j", (headers) => {
    expect(read(200, headers, now)).toEqual({});
  });

  test("never is about more than an hour, whatever the header fields are", () => {
    const field = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.double().map(String),
      fc.constantFrom("0", "5000", "999999999"),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(200, 404, 429, 503),
        fc.record(
          { "ratelimit-limit": field, "ratelimit-remaining": field, "ratelimit-reset": field, "retry-after": field },
          { requiredKeys: [] },
        ),
        (status, headers) => {
          const { hour: said, quietUntil = now } = read(status, headers, now);
          expect(quietUntil - now).toBeGreaterThanOrEqual(0);
          expect(quietUntil - now).toBeLessThanOrEqual(hour);
          if (said !== undefined) expect(said.reset - now).toBeLessThanOrEqual(hour);
        },
      ),
    );
  });
});

describe("what others use", () => {
  const reading = (remaining: number, limit = 5000) => ({ limit, remaining, reset: now + hour });

  const none = { answered: 0, open: 0 };

  test("is what the API counts and we do not", () => {
    expect(counting(learn(nobody, reading(3900), { answered: 80, open: 20 }, now), now)).toEqual({
      hour: 1000,
      minute: 0,
    });
    expect(counting(learn(nobody, reading(4950), { answered: 80, open: 20 }, now), now)).toEqual({
      hour: 0,
      minute: 0,
    });
  });

  test("counts for the minute as far as it has risen lately", () => {
    const first = learn(nobody, reading(4000), none, now);
    const second_ = learn(first, reading(3900), none, now + 10 * second);
    expect(counting(second_, now + 10 * second)).toEqual({ hour: 1100, minute: 100 });
    const third = learn(second_, reading(3890), none, now + 130 * second);
    expect(counting(third, now + 130 * second)).toEqual({ hour: 1110, minute: 0 });
  });

  test("has not risen because requests of ours are answered that were on their way", () => {
    const first = learn(nobody, reading(4000), { answered: 0, open: 200 }, now);
    const after = learn(first, reading(3800), { answered: 200, open: 0 }, now + second);
    expect(counting(first, now).hour).toBe(800);
    expect(counting(after, now + second)).toEqual({ hour: 1000, minute: 0 });
  });

  test("is forgotten for the minute after a minute without an answer, and for the hour after an hour", () => {
    const seen = learn(learn(nobody, reading(4000), none, now), reading(3900), none, now + second);
    expect(counting(seen, now + second + minute)).toEqual({ hour: 1100, minute: 0 });
    expect(counting(seen, now + second + hour)).toEqual({ hour: 0, minute: 0 });
  });

  test("uses the part of a raised limit first that is not made use of here", () => {
    expect(counting(learn(nobody, reading(8000, 20_000), none, now), now).hour).toBe(0);
    expect(counting(learn(nobody, reading(3000, 20_000), none, now), now).hour).toBe(2000);
  });
});
