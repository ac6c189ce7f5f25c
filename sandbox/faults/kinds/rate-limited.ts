import { hourlyLimitReached, minuteLimitReached } from "../../digitalocean/errors";
import { hourlyLimit } from "../../digitalocean/rate-limit";
import { apiErrorAnswer } from "../api-error";
import { requestKind } from "../kind";
import { optional, wholeNumber } from "../options";

/** When the hour's requests are there again, where nothing else says so: in seconds. */
const resetIn = 1200;

/**
 * Too many requests: 5000 an hour or 250 a minute, as DigitalOcean documents it. The headers say that nothing remains;
 * `retry-after` comes with the minute's limit only. Large Terraform projects meet it
 * (github.com/digitalocean/terraform-provider-digitalocean/issues/546).
 */
export const rateLimited = requestKind({
  name: "rate-limited",
  about: "429, with or without retry-after, and no requests remaining",
  example: "rate-limited --retry-after 5 --count 3",
  options: { retryAfter: optional(wholeNumber(0, 86_400, "seconds in the header retry-after (default: no header)")) },
  effect: ({ retryAfter }) => ({
    on: "request",
    strike: (exchange) => {
      const now = exchange.world.clock.now().getTime();
      return apiErrorAnswer(
        retryAfter === undefined ? hourlyLimitReached() : minuteLimitReached(),
        exchange,
        undefined,
        {
          "ratelimit-limit": String(hourlyLimit),
          "ratelimit-remaining": "0",
          "ratelimit-reset": String(Math.ceil(now / 1000) + (retryAfter ?? resetIn)),
          ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
        },
      );
    },
  }),
});
