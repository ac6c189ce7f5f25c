import { judged, judgedMemory, memoryInWords, overheadInWords } from "../../bench/guard/results";

describe("what the guard adds", () => {
  const direct = { p50: 0.2, p99: 1 };

  test("is the difference, and may be a millisecond at the median and five at the 99th percentile", () => {
    expect(judged("x", 2000, { p50: 0.25, p99: 1 }, { p50: 0.75, p99: 5.5 })).toMatchObject({
      added: { p50: 0.5, p99: 4.5 },
      passed: true,
    });
    expect(judged("x", 2000, direct, { p50: 1.3, p99: 2 }).passed).toBe(false);
    expect(judged("x", 2000, direct, { p50: 0.3, p99: 6.1 }).passed).toBe(false);
  });

  test("may be as much again for each 100 KiB", () => {
    expect(judged("x", 250 * 1024, direct, { p50: 3.1, p99: 2 })).toMatchObject({
      limits: { p50: 3, p99: 15 },
      passed: true,
    });
  });

  test("may be more at the 99th percentile where direct calls take long as well", () => {
    expect(judged("x", 0, { p50: 0.2, p99: 10 }, { p50: 0.4, p99: 29 }).passed).toBe(true);
    expect(judged("x", 0, { p50: 0.2, p99: 10 }, { p50: 0.4, p99: 31 }).passed).toBe(false);
  });

  test("is said in words", () => {
    expect(overheadInWords(judged("read", 2048, direct, { p50: 1.5, p99: 2 }))).toBe(
      "guard, read (2 KiB): p50 1.50 ms, p99 2.00 ms, against p50 0.20 ms, p99 1.00 ms directly: adds p50 1.30 ms, p99 1.00 ms, ABOVE the limits of 1 and 5 ms",
    );
  });
});

describe("the guard's memory", () => {
  const calls = { first: 10, last: 50 };

  test("stays as it is when neither what is given nor what is in use is a tenth more", () => {
    const flat = { first: 100e6, last: 109e6 };
    const grown = { first: 100e6, last: 111e6 };
    expect(judgedMemory(calls, flat, flat).passed).toBe(true);
    expect(judgedMemory(calls, grown, flat).passed).toBe(false);
    expect(judgedMemory(calls, flat, grown).passed).toBe(false);
    // Of little, a tenth is less than one collection differs from the next.
    expect(judgedMemory(calls, flat, { first: 20e6, last: 24e6 }).passed).toBe(true);
    expect(memoryInWords(judgedMemory(calls, flat, grown))).toContain("100 MB after 10 calls, 111 MB after 50: ABOVE");
  });
});
