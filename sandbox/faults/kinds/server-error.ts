import { ApiError } from "../../digitalocean/errors";
import { apiErrorAnswer } from "../api-error";
import { inPlace, requestKind } from "../kind";
import { choice } from "../options";
import { applied } from "./applied";

/**
 * The API itself fails. The words of 500 and 503 are DigitalOcean's (github.com/matt-major/do-wrapper/issues/48 and
 * github.com/Gamocosm/Gamocosm/issues/96); those of 502 are assumed in their style.
 */
export const serverError = requestKind({
  name: "server-error",
  about: "the API's own errors 500, 502 and 503, in JSON",
  example: "server-error --status 503 --probability 0.2 --seed 7",
  options: { status: choice([500, 502, 503], "which error"), applied },
  effect: ({ status, applied: after }) =>
    inPlace(after, (exchange, lost) => apiErrorAnswer(errors[status], exchange, lost)),
});

const errors = {
  500: new ApiError(500, "internal_server_error", "Server was unable to give you a response."),
  502: new ApiError(502, "bad_gateway", "The server received an invalid response from another one."),
  503: new ApiError(503, "service_unavailable", "Service is currently unavailable."),
} as const;
