import { requestKind } from "../kind";
import { isWhole } from "./dribble";

/**
 * Success, and nothing in it: a proxy that lost the body and mended the length. A client that takes the status for the
 * whole answer goes on with a droplet that has no number.
 */
export const empty = requestKind({
  name: "empty",
  about: "200 without a body",
  example: "empty --route 'GET /v2/account'",
  options: {},
  effect: () => ({
    on: "answer",
    concerns: (_exchange, answer) => isWhole(answer),
    strike: (_exchange, answer) => ({ ...answer, status: 200, body: Buffer.alloc(0) }),
  }),
});
