import { notFound } from "../../digitalocean/errors";
import { apiErrorAnswer } from "../api-error";
import { requestKind } from "../kind";

/**
 * 404 on something that exists: an API that is not yet consistent, or plainly wrong
 * (github.com/digitalocean/droplet_kit/issues/94). The Terraform provider, and Pulumi's with it, takes any 404 for the
 * end of a droplet and drops it from the state.
 */
export const doesNotExist = requestKind({
  name: "not-found",
  about: "404 on something that exists",
  example: "not-found --route 'GET /v2/droplets/*' --count 1",
  options: {},
  effect: () => ({ on: "request", strike: (exchange) => apiErrorAnswer(notFound(), exchange, undefined) }),
});
