import {
  judged,
  judgedMemory,
  type Measured,
  memoryInWords,
  overheadInWords,
  type Times,
} from "../../bench/guard/results";

describe("what the guard adds", () => {
  const direct = { p50: 0.25, p99: 1 };
  const relayed = { p50: 0.5, p99: 2 };
  const of = (bytes: number, guarded: Times, busy: Partial<Measured> = {}) =>
    judged("read", bytes, { direct, relayed, guarded, ...busy });

  test("is the difference, and may be a millisecond at the median and five at the 99th percentile", () => {
    expect(of(2000, { p50: 0.75, p99: 5.5 })).toMatchObject({ added: { p50: 0.5, p99: 4.5 }, passed: true });
    expect(of(2000, { p50: 1.3, p99: 2 }).passed).toBe(false);
    expect(of(2000, { p50: 0.3, p99: 6.1 }).passed).toBe(false);
  });

  test("may be as much again for each 100 KiB", () => {
    expect(of(250 * 1024, { p50: 3.1, p99: 2 })).toMatchObject({ limits: { p50: 3, p99: 15 }, passed: true });
  });

  test("may be more at the 99th percentile where any second process in between takes long", () => {
    const busy = { relayed: { p50: 0.5, p99: 11 } };
    expect(of(0, { p50: 0.4, p99: 30 }, busy).passed).toBe(true);
    expect(of(0, { p50: 0.4, p99: 32 }, busy).passed).toBe(false);
    expect(of(0, { p50: 1.4, p99: 5 }, busy).passed).toBe(false);
  });

  test("is said in words", () => {
    expect(overheadInWords(of(2048, { p50: 1.5, p99: 2 }))).toBe(
      "guard, read (2 KiB): p50 1.50 ms, p99 2.00 ms, against p50 0.25 ms, p99 1.00 ms directly (and p50 0.50 ms, p99 2.00 ms through a proxy that does nothing else): " +
        "adds p50 1.25 ms, p99 1.00 ms, ABOVE the limits of 1 and 5 ms",
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
