import { inPlace, requestKind } from "../kind";
import { applied } from "./applied";

/**
 * The connection breaks with a TCP reset: «connection reset by peer», ECONNRESET. Before the request is applied nothing
 * has happened; `applied`, the droplet exists and nobody was told its number. Official clients send the request again in
 * both cases.
 */
export const reset = requestKind({
  name: "reset",
  about: "the connection is reset: before the request is applied, or after (--applied)",
  example: "reset --applied --route 'POST /v2/droplets' --count 1",
  options: { applied },
  effect: ({ applied: after }) => inPlace(after, () => "reset"),
});
