import { FaultyApi } from "./faulty-api";

const path = "/v2/account";

describe("which matches are struck", () => {
  let api: FaultyApi;
  beforeEach(async () => {
    api = await FaultyApi.open();
  });
  afterEach(() => api.close());

  /** For each of so many requests, whether it was struck. */
  const struck = async (requests: number, ask = { path }): Promise<boolean[]> => {
    const results = [];
    for (let count = 0; count < requests; count++) results.push((await api.ask(ask)).status === 500);
    return results;
  };
  const [yes, no] = [true, false];

  test("all, until it is cleared", async () => {
    const id = api.add({ kind: "server-error" });
    expect(await struck(3)).toEqual([yes, yes, yes]);
    expect(api.faults.clear(id)).toBe(true);
    expect(await struck(1)).toEqual([no]);
    expect(api.faults.clear(id)).toBe(false);
  });

  test("a number of them, after a number of others", async () => {
    const id = api.add({ kind: "server-error", skip: 1, count: 2 });
    expect(await struck(5)).toEqual([no, yes, yes, no, no]);
    expect(api.faults.get(id)).toMatchObject({ matched: 5, struck: 2, spent: true });
  });

  test("of two at once, exactly one, when it is to be one", async () => {
    for (let round = 0; round < 10; round++) {
      const id = api.add({ kind: "server-error", count: 1 });
      const answers = await Promise.all([api.get(path), api.get(path)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 500]);
      expect(api.faults.get(id)).toMatchObject({ matched: 2, struck: 1 });
      api.faults.clear(id);
    }
  });

  test("of many answers at once too", async () => {
    const id = api.add({ kind: "server-error", applied: true, count: 3 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => api.get(path)));
    expect(answers.filter(({ status }) => status === 500)).toHaveLength(3);
    expect(api.faults.get(id)).toMatchObject({ matched: 12, struck: 3 });
  });

  test("a share of them, the same in every run with the same seed", async () => {
    const run = async (seed: number): Promise<boolean[]> => {
      const id = api.add({ kind: "server-error", probability: 0.5, seed });
      const results = await struck(24);
      api.faults.clear(id);
      return results;
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([yes, no]));
  });

  test("a seed that nobody gave is told, and repeats what happened", async () => {
    const { id, seed } = api.faults.add({ kind: "server-error", probability: 0.5 });
    const first = await struck(24);
    api.faults.clear(id);
    api.add({ kind: "server-error", probability: 0.5, seed });
    expect(await struck(24)).toEqual(first);
  });

  test("about as many as the probability says", () => {
    const share = (probability: number): number => {
      const id = api.add({ kind: "server-error", probability, seed: 1 });
      for (let count = 0; count < 2000; count++) [...api.faults.strikes("request", () => true)].pop();
      const { struck: hits } = api.faults.get(id)!;
      api.faults.clear(id);
      return hits / 2000;
    };
    expect(share(1)).toBe(1);
    // Five standard deviations; the seed is fixed, so that it is the same number every time.
    expect(Math.abs(share(0.1) - 0.1)).toBeLessThan(0.034);
    expect(Math.abs(share(0.5) - 0.5)).toBeLessThan(0.056);
  });

  test.each([
    ["*", yes],
    ["/v2/account", yes],
    ["GET /v2/account", yes],
    ["* /v2/account", yes],
    ["/v2/*", yes],
    ["/**", yes],
    ["/v2/**", yes],
    ["GET *", yes],
    ["POST *", no],
    ["GET /v2/accounts", no],
    ["GET /v2/acc*", yes],
    ["GET /v2", no],
    ["/*", no],
    ["/v2.account", no],
  ])("the route %s is for GET /v2/account: %s", async (route, is) => {
    api.add({ kind: "server-error", route });
    expect(await struck(1)).toEqual([is]);
  });

  test("a query is no part of the route", async () => {
    api.add({ kind: "server-error", route: "GET /v2/droplets" });
    expect(await struck(1, { path: "/v2/droplets?tag_name=web&page=2" })).toEqual([yes]);
  });

  test("* is one part of a path, ** is any number", async () => {
    const id = api.add({ kind: "server-error", route: "/v2/droplets/*" });
    expect(await struck(1, { path: "/v2/droplets/7/actions" })).toEqual([no]);
    api.faults.clear(id);
    api.add({ kind: "server-error", route: "/v2/droplets/**" });
    expect(await struck(1, { path: "/v2/droplets/7/actions" })).toEqual([yes]);
  });

  test("only requests with the token", async () => {
    api.add({ kind: "server-error", token: "another" });
    expect((await api.ask({ path, token: "another" })).status).toBe(500);
    expect((await api.ask({ path })).status).toBe(200);
    expect((await api.ask({ path, token: "" })).status).toBe(401);
  });

  test("the one that was added first decides, and the others are not asked", async () => {
    api.add({ kind: "server-error", status: 503, count: 1 });
    const second = api.add({ kind: "server-error", status: 502, count: 1 });
    expect((await api.get(path)).status).toBe(503);
    expect(api.faults.get(second)).toMatchObject({ matched: 0 });
    expect((await api.get(path)).status).toBe(502);
    expect((await api.get(path)).status).toBe(200);
  });

  test("all are cleared at once", async () => {
    api.add({ kind: "server-error" });
    api.add({ kind: "challenge" });
    expect(api.faults.clearAll()).toBe(2);
    expect(api.faults.list()).toEqual([]);
    expect((await api.get(path)).status).toBe(200);
  });
});
