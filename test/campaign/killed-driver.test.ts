import { draws } from "../effort";
import { killCase, nameOfCase, onceWrong, operations, victims } from "./killed/cases";
import { Kills } from "./killed/kills";

jest.setTimeout(300_000);

/** Two of those that once went wrong, and with PROPERTY_EFFORT=1 (test/effort.ts) all; `make campaign` has the others. */
describe("a sample of the kills", () => {
  const kills = new Kills();
  afterAll(() => {
    kills.close();
  });

  test.each(onceWrong.slice(0, draws(onceWrong.length)))(
    "$operation by $mode, $victim killed, then $next: cloud, state and plan are the same",
    async (one) => {
      const { wrong } = await kills.run(one);
      expect(wrong).toEqual([]);
    },
  );
});

test("all victims, operations and modes are among fifty kills, and a seed is the same kills again", () => {
  const fifty = Array.from({ length: 50 }, (_, turn) => killCase(7, turn));
  const pairs = new Set(fifty.map(({ operation, victim }) => `${operation} ${victim}`));
  expect(pairs.size).toBe(operations.length * victims.length);
  expect(new Set(fifty.map(({ mode }) => mode)).size).toBe(2);
  expect(fifty.map(nameOfCase)).toEqual(Array.from({ length: 50 }, (_, turn) => nameOfCase(killCase(7, turn))));
});
