import fc from "fast-check";

import { draws } from "../../effort";
import { hour, minute, mostWithin, second, Simulation } from "./simulation";

describe("the requests to one account", () => {
  let simulation: Simulation;
  beforeEach(() => {
    simulation = new Simulation();
  });
  afterEach(() => {
    simulation.end();
  });

  const flood = (processes: number, count: number): Promise<number[]> => {
    const pacings = Array.from({ length: processes }, () => simulation.process());
    const sent = Array.from({ length: count }, (_, index) =>
      simulation.send(pacings[index % processes]!, `stack-${index % processes}`),
    );
    return Promise.all(sent);
  };

  test("go out at once while there is room", async () => {
    const begun = simulation.time.now();
    const sent = flood(2, 150);
    await simulation.time.run(begun + minute);
    expect(new Set(await sent)).toEqual(new Set([begun]));
  });

  test("stay below the minute's limit with a reserve, and make use of what is below", async () => {
    const sent = flood(3, 600);
    await simulation.time.run(simulation.time.now() + 4 * minute);
    const moments = await sent;
    expect(mostWithin(minute, moments)).toBe(240);
    expect(Math.max(...moments) - Math.min(...moments)).toBeLessThan(2.1 * minute);
    expect(simulation.refused).toEqual([]);
  });

  test("stay below the hour's limit, and make use of what is below", async () => {
    const begun = simulation.time.now();
    const sent = flood(2, 5200);
    await simulation.time.run(begun + 1.5 * hour);
    const moments = await sent;
    expect(moments.filter((moment) => moment < begun + 0.5 * hour)).toHaveLength(4800);
    expect(mostWithin(hour, moments)).toBe(4800);
    expect(simulation.refused).toEqual([]);
  });

  test("count for as long as at the API, however long they are on their way", async () => {
    const pacing = simulation.process();
    const others = simulation.process();
    const first = Array.from({ length: 240 }, (_, index) =>
      simulation.send(pacing, `stack-${index % 4}`, { there: 50 * second, back: 9 * second }),
    );
    const then = Array.from({ length: 240 }, (_, index) => simulation.send(others, `stack-${index % 4}`, { there: 1 }));
    await simulation.time.run(simulation.time.now() + 3 * minute);
    const begun = await first[0]!;
    for (const moment of await Promise.all(then)) expect(moment - begun).toBeGreaterThanOrEqual(119 * second);
    expect(simulation.refused).toEqual([]);
  });

  test("count for a while when their answers are lost, and no longer", async () => {
    const pacing = simulation.process({ answerWithinMs: minute });
    const lost = Array.from({ length: 240 }, (_, index) =>
      simulation.send(pacing, `stack-${index % 2}`, { there: 50 * second, back: null }),
    );
    await simulation.time.run(simulation.time.now() + 1);
    const begun = await lost[0]!;
    const next = simulation.send(pacing, "stack-0");
    await simulation.time.run(begun + 3 * minute);
    expect((await next) - begun).toBeGreaterThanOrEqual(2 * minute);
    expect((await next) - begun).toBeLessThan(2 * minute + 3 * second);
  });

  test("of a process that was killed count until they can no longer arrive", async () => {
    const killed = simulation.process({ answerWithinMs: minute });
    const lost = Array.from({ length: 240 }, (_, index) =>
      simulation.send(killed, `stack-${index % 2}`, { there: 50 * second, back: null }),
    );
    await simulation.time.run(simulation.time.now() + 1);
    const begun = await lost[0]!;
    const survivor = simulation.process({ answerWithinMs: minute });
    const next = Array.from({ length: 100 }, () => simulation.send(survivor, "stack-2"));
    await simulation.time.run(begun + 4 * minute);
    for (const moment of await Promise.all(next)) expect(moment - begun).toBeGreaterThanOrEqual(2 * minute);
    expect(simulation.refused).toEqual([]);
  });

  test("stay below when the clock is set back, and are not held up by more than a minute and an hour", async () => {
    const sent = flood(2, 240);
    await simulation.time.run(simulation.time.now() + second);
    await sent;
    simulation.time.set(-5 * hour);
    simulation.limiter.reset();
    const begun = simulation.time.now();
    const next = flood(2, 240);
    await simulation.time.run(begun + 3 * minute);
    const waited = (await next).map((moment) => moment - begun);
    expect(Math.min(...waited)).toBeGreaterThanOrEqual(minute - second);
    expect(Math.max(...waited)).toBeLessThan(minute + 3 * second);
  });
});

test("no window ever has more than the API allows, whatever asks when and however long it takes", async () => {
  const request = fc.record({
    after: fc.integer({ min: 0, max: 20 * second }),
    process: fc.nat({ max: 2 }),
    stack: fc.nat({ max: 3 }),
    burst: fc.integer({ min: 1, max: 150 }),
    there: fc.integer({ min: 0, max: 40 * second }),
    back: fc.option(fc.integer({ min: 0, max: 40 * second }), { nil: null }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async (requests) => {
      const simulation = new Simulation();
      try {
        const pacings = [0, 1, 2].map(() => simulation.process());
        const arrived: number[] = [];
        const take = simulation.limiter.take.bind(simulation.limiter);
        simulation.limiter.take = (...args) => {
          arrived.push(simulation.time.now());
          return take(...args);
        };
        let at = simulation.time.now();
        let expected = 0;
        for (const { after, process, stack, burst, there, back } of requests) {
          at += after;
          expected += burst;
          simulation.time.at(at, () => {
            for (let one = 0; one < burst; one++)
              void simulation.send(pacings[process]!, `stack-${stack}`, { there, back });
          });
        }
        await simulation.time.run(at + 30 * minute);
        expect(arrived).toHaveLength(expected);
        expect(simulation.refused).toEqual([]);
        expect(mostWithin(minute, arrived)).toBeLessThanOrEqual(240);
      } finally {
        simulation.end();
      }
    }),
    { numRuns: draws(25) },
  );
});
