import fc from "fast-check";

import { kinds } from "./kinds";
import { sequences } from "./steps";
import { World } from "./world";

/**
 * Sequences nobody thought of. The same ones each time, unless the environment says otherwise: PROPERTY_RUNS (how many; `make campaign` takes more),
 * PROPERTY_SEED (a number, or `random`), PROPERTY_PATH (what a failure printed, to see that one again).
 */
const { PROPERTY_RUNS = "15", PROPERTY_SEED = "20260101", PROPERTY_PATH } = process.env;
const seed = PROPERTY_SEED === "random" ? Date.now() & 0x7fffffff : Number(PROPERTY_SEED);
const numRuns = Number(PROPERTY_RUNS);

describe("any sequence of calls, failures of the machine room and restarts", () => {
  const tally = new Map<string, number>();

  test(
    "leaks no machine, gives no address twice, ends every action and keeps what was answered",
    async () => {
      const property = fc.asyncProperty(sequences, async (steps) => {
        const world = await World.open(tally);
        try {
          await world.live(steps);
        } finally {
          await world.close();
        }
      });
      await fc.assert(property, {
        seed,
        numRuns,
        ...(PROPERTY_PATH === undefined ? {} : { path: PROPERTY_PATH }),
      });
    },
    numRuns * 2000 + 60_000,
  );

  test("has every kind of call succeed (in a sample: nearly), and many be refused: else it would prove nothing", () => {
    const names = Object.keys(kinds);
    const never = names.filter((kind) => !tally.has(`${kind} 2xx`));
    expect(never.slice(numRuns < 40 ? names.length / 8 : 0)).toEqual([]);
    expect(names.filter((kind) => tally.has(`${kind} 4xx`)).length).toBeGreaterThan(names.length / 2);
  });
});
