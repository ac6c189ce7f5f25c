import { unauthorized } from "../../digitalocean/errors";
import { apiErrorAnswer } from "../api-error";
import { requestKind } from "../kind";

/**
 * The token stops being valid in the middle of a run: somebody revoked it, or a refresh elsewhere ended it (a refresh
 * token is valid once, and using it ends the old access token). A token that OAuth gave out is really revoked, and stays
 * so when the fault is cleared; the sandbox's own token is only refused while the fault is there.
 */
export const tokenRevoked = requestKind({
  name: "token-revoked",
  about: "401 from some request on: the token is revoked in mid-run",
  example: "token-revoked --skip 10",
  options: {},
  effect: () => ({
    on: "request",
    strike: async (exchange) => {
      if (await exchange.revokeToken()) return "pass";
      return apiErrorAnswer(unauthorized(), exchange, undefined);
    },
  }),
});
