import { budgets } from "../../../guard/pacing/budget";
import { RateLimitReached } from "../../../guard/pacing/errors";
import { isKeyListing } from "../../../guard/pacing/limits";
import { minute, mostWithin, second, Simulation } from "./simulation";

const listsKeys = true;

describe("listings of SSH keys", () => {
  let simulation: Simulation;
  beforeEach(() => {
    simulation = new Simulation();
  });
  afterEach(() => {
    simulation.end();
  });

  test("stay below their own limit of ten a minute over all processes, and make use of it", async () => {
    const processes = [simulation.process(), simulation.process()];
    const sent = Array.from({ length: 40 }, (_, at) =>
      simulation.send(processes[at % 2]!, `stack-${at % 4}`, { listsKeys, back: 3 * second }),
    );
    await simulation.time.run(simulation.time.now() + 10 * minute);
    const moments = await Promise.all(sent);
    expect(mostWithin(minute, moments)).toBe(10);
    expect(Math.max(...moments) - Math.min(...moments)).toBeLessThan(4.5 * minute);
    expect(simulation.refused).toEqual([]);
  });

  test("do not hold up what else is asked, and count with it", async () => {
    const pacing = simulation.process();
    const begun = simulation.time.now();
    const listings = Array.from({ length: 30 }, () => simulation.send(pacing, "a", { listsKeys }));
    const others = Array.from({ length: 230 }, (_, at) => simulation.send(pacing, `stack-${at % 3}`));
    await simulation.time.run(begun + 10 * minute);
    expect(new Set((await Promise.all(others)).map((moment) => moment < begun + minute))).toEqual(new Set([true]));
    expect(mostWithin(minute, [...(await Promise.all(listings)), ...(await Promise.all(others))])).toBeLessThanOrEqual(
      240,
    );
    expect(simulation.refused).toEqual([]);
  });

  test("are no account of their own to whoever asks what is left", async () => {
    const pacing = simulation.process();
    const sent = simulation.send(pacing, "a", { listsKeys });
    await simulation.time.run(simulation.time.now() + second);
    await sent;
    expect(budgets(simulation.file, simulation.time.now())).toMatchObject([
      { account: "account", minute: { cap: 240, ours: 1, others: 0 } },
    ]);
  });

  test("that would wait for too long are refused", async () => {
    const pacing = simulation.process({ longestWaitMs: 30 * second });
    const outcomes = Promise.allSettled(
      Array.from({ length: 12 }, () => simulation.send(pacing, "a", { listsKeys, there: 1 })),
    );
    await simulation.time.run(simulation.time.now() + 40 * second);
    const errors = (await outcomes).flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    expect(errors).toHaveLength(4);
    for (const error of errors) expect(error).toBeInstanceOf(RateLimitReached);
    expect((errors[0] as Error).message).toContain("account (listings of SSH keys)");
  });

  test("that are given up while they wait for the common turn give their own back", async () => {
    const { time } = simulation;
    const pacing = simulation.process();
    const begun = time.now();
    const all = Array.from({ length: 192 }, () => simulation.send(pacing, "a"));
    await time.run(begun + second);
    await Promise.all(all);
    const gone = new AbortController();
    const { signal } = gone;
    const waiting = Array.from({ length: 8 }, () =>
      pacing.admit({ account: "account", stack: "a", listsKeys, signal }),
    );
    await time.run(begun + 2 * second);
    gone.abort(new Error("the client has gone"));
    for (const one of waiting) await expect(one).rejects.toThrow("the client has gone");
    await time.run(begun + 65 * second);
    const again = Array.from({ length: 8 }, () => simulation.send(pacing, "a", { listsKeys }));
    await time.run(begun + 5 * minute);
    expect(Math.max(...(await Promise.all(again)))).toBeLessThan(begun + 66 * second);
  });

  test.each([
    ["GET", "/v2/account/keys", true],
    ["GET", "/v2/account/keys/", true],
    ["POST", "/v2/account/keys", false],
    ["GET", "/v2/account/keys/17", false],
    ["GET", "/v2/account", false],
  ])("are told from other requests: %s %s", (method, path, is) => {
    expect(isKeyListing({ method, path })).toBe(is);
  });
});
