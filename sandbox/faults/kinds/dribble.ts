import type { Answer, Delivery } from "../effect";
import { requestKind } from "../kind";
import { otherwise, seconds, wholeNumber } from "../options";

/**
 * The body comes a few bytes at a time, each before a client's patience between two reads runs out: only a limit for the
 * whole request ends it. A line that loses most packets looks like this.
 */
export const dribble = requestKind({
  name: "dribble",
  about: "the answer's body comes a few bytes at a time",
  example: "dribble --bytes 16 --pause 1 --route 'GET /v2/droplets'",
  options: {
    bytes: otherwise(wholeNumber(1, 1_000_000, "how many at a time (default: 16)"), 16),
    pause: seconds("between them", 0.1),
  },
  effect: ({ bytes, pause }) => ({
    on: "answer",
    concerns: (_exchange, answer) => isWhole(answer),
    strike: (_exchange, answer, cleared) => ({
      ...answer,
      delivery: inPieces(answer.body.length, bytes, pause * 1000, cleared),
    }),
  }),
});

/** Whether an answer has a body that nothing else was done to yet. */
export function isWhole({ body, delivery }: Answer): boolean {
  return body.length > 0 && delivery === undefined;
}

function inPieces(contentLength: number, bytes: number, pause: number, cleared: AbortSignal): Delivery {
  return {
    contentLength,
    async *pieces(body, { clock }) {
      for (let start = 0; start < body.length; start += bytes) {
        if (start > 0) await clock.sleep(pause, cleared);
        yield body.subarray(start, start + bytes);
      }
    },
  };
}
