import type { Verdict } from "../effect";
import { inPlace, requestKind } from "../kind";
import { seconds } from "../options";
import { applied } from "./applied";

/**
 * Nothing comes for a while: the request waits before it is carried out, or (`applied`) its answer after that. With more
 * than a client's patience, that is a time-out on its side, as in github.com/Gamocosm/Gamocosm/issues/117.
 */
export const slow = requestKind({
  name: "slow",
  about: "the answer keeps the client waiting before its first byte",
  example: "slow --delay 20 --route 'GET /v2/actions/*'",
  options: { delay: seconds("how long", 10), applied },
  effect: ({ delay, applied: after }) =>
    inPlace(after, async ({ world }, _lost, cleared): Promise<Verdict> => {
      await world.clock.sleep(delay * 1000, cleared);
      return "pass";
    }),
});
