import { budgets } from "../../../guard/pacing/budget";
import { hour, minute, second, Simulation } from "./simulation";

describe("an account that others use as well", () => {
  let simulation: Simulation;
  beforeEach(() => {
    simulation = new Simulation();
  });
  afterEach(() => {
    simulation.end();
  });

  const others = (count: number): void => {
    for (let one = 0; one < count; one++) simulation.api();
  };

  test("is left what they used of the hour", async () => {
    for (let spent = 0; spent < 4000; spent += 200) {
      others(200);
      await simulation.time.run(simulation.time.now() + minute);
    }
    const [one, other] = [simulation.process(), simulation.process()];
    const sent = [simulation.flood(one, "one", 500), simulation.flood(other, "other", 500)];
    await simulation.time.run(simulation.time.now() + 20 * minute);
    // 4800 are for use, and the last answers say how many of these are left.
    expect(sent[0]!.length + sent[1]!.length).toBeGreaterThan(780);
    expect(sent[0]!.length + sent[1]!.length).toBeLessThanOrEqual(810);
    expect(simulation.refused).toEqual([]);
    // Theirs begin to end 40 minutes from the start, 200 a minute.
    await simulation.time.run(simulation.time.now() + 19 * minute);
    expect(sent.flat().length).toBeLessThanOrEqual(810);
    await simulation.time.run(simulation.time.now() + 4 * minute);
    expect(sent.flat()).toHaveLength(1000);
    expect(simulation.refused).toEqual([]);
  });

  test("is asked less in a minute in which they ask more", async () => {
    const pacing = simulation.process();
    const early = simulation.flood(pacing, "one", 20);
    await simulation.time.run(simulation.time.now() + second);
    others(150);
    simulation.flood(pacing, "one", 1);
    await simulation.time.run(simulation.time.now() + second);
    const late = [simulation.flood(pacing, "one", 100), simulation.flood(pacing, "other", 100)];
    await simulation.time.run(simulation.time.now() + 30 * second);
    expect(early).toHaveLength(20);
    expect(late.flat().length).toBeLessThanOrEqual(240 - 150 - 21);
    expect(simulation.refused).toEqual([]);
  });

  test("is left alone by all processes for as long as the API says", async () => {
    const [one, other] = [simulation.process(), simulation.process()];
    others(250);
    const refused = await Promise.all([
      simulation.send(one, "one"),
      simulation.time.run(simulation.time.now() + second),
    ]);
    expect(simulation.refused).toHaveLength(1);
    const sent = [...simulation.flood(one, "one", 10), ...simulation.flood(other, "other", 10)];
    await simulation.time.run(refused[0] + 59 * second);
    expect(sent).toEqual([]);
    const late = simulation.flood(other, "other", 10);
    await simulation.time.run(refused[0] + 2 * minute);
    expect(late).toHaveLength(10);
    expect(simulation.refused).toHaveLength(1);
  });

  test("shows what is left of its budget, and whose the rest is", async () => {
    others(100);
    const pacing = simulation.process();
    simulation.flood(pacing, "one", 30);
    await simulation.time.run(simulation.time.now() + second);
    expect(budgets(simulation.file, simulation.time.now())).toEqual([
      {
        account: "account",
        minute: { cap: 240, ours: 30, others: 0 },
        hour: { cap: 4800, ours: 30, others: 100 },
        stacks: 1,
      },
    ]);
    await simulation.time.run(simulation.time.now() + 1.1 * hour);
    expect(budgets(simulation.file, simulation.time.now())).toMatchObject([{ hour: { ours: 0, others: 0 } }]);
  });
});
