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

  test("may be no more for a long answer, nor where another process in between takes long", () => {
    const busy = { relayed: { p50: 2, p99: 20 } };
    expect(of(336 * 1024, { p50: 1.2, p99: 5.9 }, busy).passed).toBe(true);
    expect(of(336 * 1024, { p50: 1.3, p99: 5.9 }, busy).passed).toBe(false);
    expect(of(336 * 1024, { p50: 1.2, p99: 6.1 }, busy).passed).toBe(false);
  });

  test("is said in words", () => {
    expect(overheadInWords(of(2048, { p50: 1.5, p99: 2 }))).toBe(
      "guard, read (2 KiB): p50 1.50 ms, p99 2.00 ms, against p50 0.25 ms, p99 1.00 ms directly (and p50 0.50 ms, p99 2.00 ms through a proxy that does nothing else): " +
        "adds p50 1.25 ms, p99 1.00 ms, ABOVE the limits of 1 and 5 ms; 5.0 and 1.0 times what that proxy adds",
    );
  });
});

describe("the guard's memory", () => {
  const calls = { first: 10, last: 50 };

  test("stays as it is when what is in use does not grow, and what is given stays within its ups and downs", () => {
    const flat = { first: 20e6, last: 21.9e6 };
    const given = { first: 300e6, last: 363e6 };
    expect(judgedMemory(calls, given, flat).passed).toBe(true);
    expect(judgedMemory(calls, { first: 300e6, last: 365e6 }, flat).passed).toBe(false);
    const grown = judgedMemory(calls, given, { first: 20e6, last: 22.1e6 });
    expect(grown.passed).toBe(false);
    expect(memoryInWords(grown)).toBe(
      "guard, memory: 300 MB after 10 calls, 363 MB after 50; of that in use: 20.0 MB after 10 calls, 22.1 MB after 50: " +
        "ABOVE the limits of 64 MB more, and of 2 MB more in use",
    );
  });
});
