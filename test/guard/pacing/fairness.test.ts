import fc from "fast-check";

import { draws } from "../../effort";
import { hour, minute, second, Simulation } from "./simulation";

describe("stacks that share an account", () => {
  let simulation: Simulation;
  beforeEach(() => {
    simulation = new Simulation();
  });
  afterEach(() => {
    simulation.end();
  });

  test("one that begins during another's flood finds room at once", async () => {
    const [flooding, beginning] = [simulation.process(), simulation.process()];
    simulation.flood(flooding, "flood", 2000);
    await simulation.time.run(simulation.time.now() + 10 * second);
    const sent = simulation.flood(beginning, "small", 48);
    await simulation.time.run(simulation.time.now() + second);
    expect(sent).toHaveLength(48);
  });

  test("also when the flood has gone on until the hour was used up", async () => {
    const [flooding, beginning] = [simulation.process(), simulation.process()];
    const flooded = simulation.flood(flooding, "flood", 5000);
    await simulation.time.run(simulation.time.now() + 0.7 * hour);
    expect(flooded).toHaveLength(4320);
    const sent = simulation.flood(beginning, "small", 190);
    await simulation.time.run(simulation.time.now() + 3 * second);
    expect(sent).toHaveLength(190);
  });

  test.each([1, 2])("have the same from then on, however many wait, in %d process(es)", async (processes) => {
    const pacings = Array.from({ length: processes }, () => simulation.process());
    const begun = simulation.time.now();
    const flood = simulation.flood(pacings[0]!, "flood", 2000);
    await simulation.time.run(begun + 30 * second);
    const [one, other] = ["one", "other"].map((stack) => simulation.flood(pacings.at(-1)!, stack, 300));
    await simulation.time.run(begun + 3.5 * minute);
    const [ofFlood, ofOne, ofOther] = [flood, one!, other!].map(
      (moments) => moments.filter((moment) => moment > begun + 60 * second).length,
    );
    // Three windows of 240 each; the two had 48 of the first.
    expect(ofFlood! + ofOne! + ofOther!).toBeGreaterThan(600);
    expect(Math.abs(ofFlood! - ofOne!)).toBeLessThanOrEqual(24);
    expect(Math.abs(ofFlood! - ofOther!)).toBeLessThanOrEqual(24);
  });

  test("one that is alone has four fifths of a minute", async () => {
    const sent = simulation.flood(simulation.process(), "alone", 300);
    await simulation.time.run(simulation.time.now() + minute);
    expect(sent).toHaveLength(192);
  });

  test("one that waits in a process which no longer looks holds others up for two seconds at most", async () => {
    const begun = simulation.time.now();
    simulation.flood(simulation.process(), "first", 192);
    await simulation.time.run(begun + 61.5 * second);
    simulation.flood(simulation.stopped(), "killed", 200);
    const sent = simulation.flood(simulation.process(), "other", 120);
    await simulation.time.run(begun + 63 * second);
    expect(sent.length).toBeLessThan(120);
    await simulation.time.run(begun + 63.5 * second + 50);
    expect(sent).toHaveLength(120);
  });
});

test("whoever asks for no more than its share of a minute has it within a minute, whatever the others do", async () => {
  const plan = fc.record({
    flooders: fc.integer({ min: 1, max: 4 }),
    processes: fc.integer({ min: 1, max: 3 }),
    after: fc.integer({ min: 0, max: 2 * minute }),
    wanted: fc.integer({ min: 1, max: 48 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ flooders, processes, after, wanted }) => {
      const simulation = new Simulation();
      try {
        const pacings = Array.from({ length: processes }, () => simulation.process());
        for (let one = 0; one < flooders; one++) simulation.flood(pacings[one % processes]!, `flood-${one}`, 800);
        await simulation.time.run(simulation.time.now() + after);
        const sent = simulation.flood(pacings[0]!, "small", wanted);
        await simulation.time.run(simulation.time.now() + 65 * second);
        expect(sent).toHaveLength(wanted);
        expect(simulation.refused).toEqual([]);
      } finally {
        simulation.end();
      }
    }),
    { numRuns: draws(10) },
  );
});
