import { Campaign } from "./campaign";

/** KILL_ROUNDS: how often the daemon is killed (`make campaign`: more often); KILL_SEED: a number, or `random`. */
const { KILL_ROUNDS = "2", KILL_SEED = "20260101" } = process.env;
const rounds = Number(KILL_ROUNDS);
const seed = KILL_SEED === "random" ? Date.now() & 0x7fffffff : Number(KILL_SEED);

describe(`a daemon that is killed ${rounds} times (seed ${seed})`, () => {
  let campaign: Campaign | undefined;
  afterAll(async () => {
    const left = await campaign?.close();
    expect(left).toEqual([]);
  }, 120_000);

  test(
    "comes back each time with an inventory equal to what is on this machine, and with every promise kept",
    async () => {
      campaign = await Campaign.open(seed);
      try {
        for (let round = 1; round <= rounds; round++)
          expect({ round, seed, broken: await campaign.round() }).toEqual({ round, seed, broken: [] });
      } finally {
        process.stdout.write(`kills with seed ${seed}:\n${campaign.report.join("\n")}\n`);
      }
    },
    rounds * 120_000,
  );
});
