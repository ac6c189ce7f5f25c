import type { Pace, PaceObservation } from "../../guard/interfaces";
import { PacingClosed, PacingUnavailable, RateLimitReached } from "../../guard/pacing/errors";
import { type Guarded, guarded, HandedLeases, HandedToken, realToken } from "./guarded";
import { Scripted, sendJson } from "./scripted";

describe("a turn at the API", () => {
  let api: Scripted;
  let through: Guarded;
  let admitted: number;
  let observed: PaceObservation[];
  let beforeTurn: () => void | Promise<void>;
  const pace: Pace = {
    admit: async () => {
      await beforeTurn();
      admitted++;
    },
    observe: (seen) => observed.push(seen),
  };
  beforeEach(async () => {
    [admitted, observed, beforeTurn] = [0, [], () => undefined];
    api = await Scripted.open((response, _request, nth) => {
      sendJson(response, {}, nth < 3 ? 503 : 200, { "ratelimit-remaining": String(nth) });
    });
  });
  afterEach(async () => {
    await through.close();
    await api.close();
  });

  test("is taken before each attempt, and what the API says of its limits is handed on", async () => {
    through = await guarded(api.url, { pace });
    expect((await through.ask("GET", "/v2/regions")).status).toBe(200);
    expect(admitted).toBe(3);
    expect(observed.map(({ status, headers }) => [status, headers["ratelimit-remaining"]])).toEqual([
      [503, "1"],
      [503, "2"],
      [200, "3"],
    ]);
  });

  test("says whether it is for the listing of SSH keys, before and after", async () => {
    const turns: boolean[] = [];
    const told: Pace = {
      admit: ({ listsKeys }) => {
        turns.push(listsKeys === true);
        return Promise.resolve();
      },
      observe: ({ listsKeys }) => turns.push(listsKeys === true),
    };
    through = await guarded(api.url, { pace: told, retry: { attempts: 1 } });
    await through.ask("GET", "/v2/account/keys?per_page=200");
    await through.ask("GET", "/v2/account/keys/17");
    expect(turns).toEqual([true, true, false, false]);
  });

  test("is given back when there is no answer, no token, or no lease any more", async () => {
    const gone = await guarded("http://127.0.0.1:1", { pace, retry: { attempts: 1 } });
    await gone.ask("GET", "/v2/regions");
    await gone.close();
    expect([admitted, observed]).toEqual([1, [{ account: "account", stack: "office", headers: {} }]]);

    const tokens = { current: () => Promise.reject(new Error("none")), replacement: () => Promise.reject(new Error()) };
    const without = await guarded(api.url, { pace, tokens });
    await without.ask("GET", "/v2/regions");
    await without.close();
    expect([admitted, observed.length]).toEqual([2, 2]);

    const leases = new HandedLeases();
    leases.take("office");
    through = await guarded(api.url, { pace, leases });
    beforeTurn = () => {
      leases.take("office", 2);
    };
    expect((await through.ask("GET", "/v2/regions")).json().id).toBe("deploy4me_lease_ended");
    expect([admitted, observed.length, api.arrived.length]).toEqual([3, 3, 0]);
  });

  test.each([
    [new RateLimitReached("account", "office", "hour", new Date(0)), "deploy4me_rate_limited", /1970-01-01/],
    [new PacingUnavailable("/guard.db", new Error("disk full")), "deploy4me_home_unavailable", /disk full/],
    [new PacingClosed(), "deploy4me_closing", /guard ends/],
  ])("that can't be had is told as it is: %s", async (error, id, words) => {
    through = await guarded(api.url, { pace });
    beforeTurn = () => Promise.reject(error);
    const answer = await through.ask("POST", "/v2/tags", {});
    expect([answer.status, answer.json().id]).toEqual([424, id]);
    expect(answer.json().message).toMatch(words);
    expect(api.arrived).toEqual([]);
  });

  test("waited for does not count as time that the API took", async () => {
    through = await guarded(api.url, { pace, retry: { total: 60_000 }, tokens: new HandedToken(realToken) });
    beforeTurn = async () => {
      await through.clock.sleep(100_000);
      through.clock.slept.length = 0;
    };
    expect((await through.ask("GET", "/v2/regions")).status).toBe(200);
    expect(api.arrived).toHaveLength(3);
  });
});
