import type { Answer, Delivery } from "../effect";
import { requestKind } from "../kind";
import { otherwise, share, word } from "../options";
import { isWhole } from "./dribble";

/**
 * The answer ends too early. Either HTTP itself shows it (less comes than content-length says, or the last chunk is
 * missing, and the connection ends: «unexpected EOF», github.com/metalmatze/digitalocean_exporter/issues/23) or only the
 * JSON does: a proxy cut it and made the length fit.
 */
export const truncated = requestKind({
  name: "truncated",
  about: "the answer ends too early: by its length, its chunks, or only its JSON",
  example: "truncated --how chunked --keep 0.5 --route 'GET /v2/droplets/*'",
  options: {
    how: otherwise(word(["length", "chunked", "json"], "what shows it (default: length)"), "length"),
    keep: otherwise(share("how much of the body comes (default: 0.5)", { whole: false }), 0.5),
  },
  effect: ({ how, keep }) => ({
    on: "answer",
    concerns: (_exchange, answer) => isWhole(answer),
    strike: (_exchange, answer) => {
      const kept = cut(answer, keep);
      if (how === "json") return { ...answer, body: kept };
      return { ...answer, delivery: broken(kept, how === "length" ? answer.body.length : undefined) };
    },
  }),
});

/** At least one byte, and never all. */
function cut({ body }: Answer, keep: number): Buffer {
  return body.subarray(0, Math.max(1, Math.min(body.length - 1, Math.floor(body.length * keep))));
}

function broken(kept: Buffer, contentLength: number | undefined): Delivery {
  return {
    ...(contentLength === undefined ? {} : { contentLength }),
    async *pieces(_body, wire) {
      yield kept;
      await wire.hangUp();
    },
  };
}
