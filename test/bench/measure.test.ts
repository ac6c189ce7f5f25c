import { compare, inWords, summary } from "../../bench/measure";

describe("a comparison", () => {
  test("runs both in turns, each first as often as the other", async () => {
    const order: string[] = [];
    const contender = (name: string) => ({
      name,
      run: () => Promise.resolve(void order.push(name)),
    });
    await compare({ name: "c", ours: contender("ours"), peer: contender("peer"), runs: 2, atMost: 1 }, () => undefined);
    expect(order).toEqual(["ours", "peer", "peer", "ours"]);
  });

  test("cleans up after a run that failed, and does not hide the failure", async () => {
    const order: string[] = [];
    const failing = {
      name: "ours",
      run: () => Promise.reject(new Error("no cloud")),
      after: () => Promise.resolve(void order.push("after")),
    };
    const peer = { name: "peer", run: () => Promise.resolve() };
    const run = compare({ name: "c", ours: failing, peer, runs: 1, atMost: 1 }, () => undefined);
    await expect(run).rejects.toThrow("no cloud");
    expect(order).toEqual(["after"]);
  });

  test("is of medians", () => {
    expect(summary([3, 1, 100])).toEqual({ least: 1, median: 3, most: 100 });
    expect(summary([4, 2])).toEqual({ least: 2, median: 3, most: 4 });
  });

  test("says when the limit is passed", () => {
    const one = { least: 1, median: 1, most: 1 };
    const two = { least: 2, median: 2, most: 2 };
    const said = (atMost: number) => inWords({ name: "up", ours: two, peer: one, ratio: 2, atMost });
    expect(said(1.5)).toContain("2.00 times, ABOVE the limit of 1.5");
    expect(said(2)).toContain("2.00 times, within the limit of 2");
  });
});
