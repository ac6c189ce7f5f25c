import { killCase, nameOfCase, operations, victims } from "./killed/cases";
import { Kills } from "./killed/kills";

jest.setTimeout(300_000);

/** Four of those that once went wrong; `make campaign` has the others. */
describe("a sample of the kills", () => {
  const kills = new Kills();
  afterAll(() => {
    kills.close();
  });

  test.each([
    // The guard dies with the driver, the provider is told that its connection broke, and nobody wants the droplet any more.
    { ...killCase(1, 48), mode: "guard", operation: "up", victim: "driver", share: 0.594, next: "other" } as const,
    { ...killCase(1, 3), mode: "direct", operation: "up", victim: "provider", share: 0.45 } as const,
    { ...killCase(1, 1), mode: "guard", operation: "update", victim: "engine", share: 0.267 } as const,
    // The engine's state does not show the deletions that were in flight.
    { ...killCase(1, 35), mode: "direct", operation: "destroy", victim: "all", share: 0.985, next: "other" } as const,
  ])("$operation by $mode, $victim killed, then $next: cloud, state and plan are the same", async (one) => {
    const { wrong } = await kills.run(one);
    expect(wrong).toEqual([]);
  });
});

test("all victims, operations and modes are among fifty kills, and a seed is the same kills again", () => {
  const fifty = Array.from({ length: 50 }, (_, turn) => killCase(7, turn));
  const pairs = new Set(fifty.map(({ operation, victim }) => `${operation} ${victim}`));
  expect(pairs.size).toBe(operations.length * victims.length);
  expect(new Set(fifty.map(({ mode }) => mode)).size).toBe(2);
  expect(fifty.map(nameOfCase)).toEqual(Array.from({ length: 50 }, (_, turn) => nameOfCase(killCase(7, turn))));
});
