import fc from "fast-check";

import { thisProcess } from "../../connections/process";
import { claimed, failed, nextStep, noRenewal, type Renewal, renewalTime, type Seen } from "../../oauth/renewal";
import { digitalOceanOAuth } from "./vault/examples";

const issued = "2026-01-01T00:00:00.000Z";
const start = Date.parse(issued);
const minute = 60_000;
const day = 24 * 60 * minute;

describe("a token is renewed", () => {
  test.each([
    ["of 30 days", 30 * day, 27 * day],
    ["of an hour", 60 * minute, 54 * minute],
    ["of ten minutes: five before its end", 10 * minute, 5 * minute],
    ["of two minutes: at half its life", 2 * minute, minute],
  ])("%s", (_, life, due) => {
    const expires = new Date(start + life).toISOString();
    expect(renewalTime({ issued, expires })).toEqual(new Date(start + due));
  });

  test("when it is configured to", () => {
    const expires = new Date(start + 30 * day).toISOString();
    expect(renewalTime({ issued, expires }, { share: 0.5 })).toEqual(new Date(start + 15 * day));
    expect(renewalTime({ issued, expires }, { share: 0, leastMs: day })).toEqual(new Date(start + 29 * day));
  });

  test("never when it has no end", () => {
    expect(renewalTime({ issued })).toBeUndefined();
  });

  test("between half its life and its end, whatever the life", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * day }), (life) => {
        const due = renewalTime({ issued, expires: new Date(start + life).toISOString() })!.getTime();
        expect(due).toBeGreaterThanOrEqual(start + Math.floor(life / 2));
        expect(due).toBeLessThanOrEqual(start + life);
      }),
    );
  });
});

describe("what is done for somebody who wants a token", () => {
  const fresh = new Date(start + day);
  const due = new Date(start + 28 * day);
  const at = new Date("2026-06-01T00:00:00Z");

  function seen(renewal: Partial<Renewal> = {}): Seen {
    return {
      connection: {
        tenant: "local",
        id: "11111111-1111-4111-8111-111111111111",
        name: "main",
        kind: "digitalocean-oauth",
        state: "usable",
        created: at,
        changed: at,
      },
      credentials: digitalOceanOAuth(),
      renewal: { ...noRenewal, ...renewal },
      at,
    };
  }

  test("it is used until it nears its end", () => {
    expect(nextStep(seen(), { now: fresh })).toMatchObject({ kind: "use", until: new Date(start + 27 * day) });
    expect(nextStep(seen(), { now: due })).toEqual({ kind: "renew" });
  });

  test("it is renewed early when the API refuses it, and not when the API refuses another", () => {
    expect(nextStep(seen(), { now: fresh, refused: "doo_v1_access" })).toEqual({ kind: "renew" });
    expect(nextStep(seen(), { now: fresh, refused: "doo_v1_older" })).toMatchObject({ kind: "use" });
  });

  test("nobody else renews what a living process is at, in either phase", () => {
    for (const phase of ["claimed", "asked"] as const) {
      const claim = { owner: thisProcess(), phase, until: new Date(at.getTime() + 1).toISOString() };
      expect(nextStep(seen({ claim }), { now: due })).toEqual({ kind: "wait" });
    }
  });

  test("a claim is over with its time, with its process, and not with a process of another machine or container", () => {
    const until = new Date(at.getTime() + minute).toISOString();
    const here = thisProcess();
    const steps = [
      { owner: here, phase: "asked" as const, until: at.toISOString() },
      { owner: { ...here, started: "0" }, phase: "asked" as const, until },
      { owner: { ...here, started: "0", boot: "another" }, phase: "asked" as const, until },
      { owner: { ...here, started: "0", namespace: "another" }, phase: "asked" as const, until },
    ].map((claim) => nextStep(seen({ claim }), { now: due }).kind);
    expect(steps).toEqual(["renew", "renew", "wait", "wait"]);
  });

  test("whoever takes over from a request whose answer is not known is in doubt; from less, not", () => {
    const until = at.toISOString();
    for (const [phase, doubt] of [
      ["claimed", false],
      ["asked", true],
    ] as const) {
      const before = seen({ fence: 4, claim: { owner: thisProcess(), phase, until } });
      expect(claimed(before, 1000)).toMatchObject({ fence: 5, doubt, claim: { phase: "claimed" } });
    }
  });

  test("a doubt stays until it is settled", () => {
    const doubtful = failed(seen({ doubt: true }), { applied: "no", problem: "" });
    expect(doubtful.doubt).toBe(true);
    expect(claimed({ renewal: doubtful, at }, 1000).doubt).toBe(true);
  });

  test("after failures there are pauses: longer each time, at most five minutes, never shorter than the provider asks", () => {
    let renewal: Renewal = noRenewal;
    const pauses = Array.from({ length: 9 }, () => {
      renewal = failed({ renewal, at }, { applied: "no", problem: "down" });
      return Date.parse(renewal.retryAt!) - at.getTime();
    });
    expect(pauses).toEqual([5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
    const asked = failed({ renewal: noRenewal, at }, { applied: "no", problem: "", retryAfterMs: 3_600_000 });
    expect(Date.parse(asked.retryAt!) - at.getTime()).toBe(3_600_000);
    expect(nextStep(seen(asked), { now: due })).toMatchObject({ kind: "rest" });
  });

  test("the first answer that is lost is asked for again at once, the next ones are not", () => {
    const first = failed({ renewal: noRenewal, at }, { applied: "unknown", problem: "" });
    expect(nextStep(seen(first), { now: due })).toEqual({ kind: "renew" });
    const second = failed({ renewal: first, at }, { applied: "unknown", problem: "" });
    expect(nextStep(seen(second), { now: due })).toMatchObject({ kind: "rest" });
  });

  test("a token that was renewed because of a refusal, and is refused at once, is not renewed in a loop", () => {
    const forced = new Date(at.getTime() - 9000).toISOString();
    const wish = { now: fresh, refused: "doo_v1_access" };
    expect(nextStep(seen({ forced }), wish)).toMatchObject({ kind: "rest" });
    expect(nextStep({ ...seen({ forced }), at: new Date(at.getTime() + 1000) }, wish)).toEqual({ kind: "renew" });
  });

  test("without a refresh token it is used to its end, and then a person is needed", () => {
    const { refreshToken, ...credentials } = digitalOceanOAuth();
    expect(refreshToken).toBeDefined();
    const step = (now: Date, refused?: string) => nextStep({ ...seen(), credentials }, { now, refused });
    expect(step(due)).toMatchObject({ kind: "use", until: new Date(start + 30 * day) });
    expect(step(new Date(start + 30 * day))).toEqual({ kind: "reconnect", reason: "refused" });
    expect(step(fresh, "doo_v1_access")).toEqual({ kind: "reconnect", reason: "refused" });
  });
});
