import { requestKind } from "../kind";
import { otherwise, text } from "../options";
import { isWhole } from "./dribble";

/** The body is right, and its content type says that it is something else: a proxy or an overhasty change does it. */
export const wrongType = requestKind({
  name: "wrong-type",
  about: "the right answer, declared to be something else",
  example: "wrong-type --type text/plain --route 'GET /v2/droplets'",
  options: {
    type: otherwise(
      text(
        "the content type (default: text/html; charset=utf-8)",
        "a content type such as text/plain",
        (value) => /^[\w.+-]+\/[\w.+-]+(; *[\w-]+=[\w.-]+)*$/.test(value),
        "type",
      ),
      "text/html; charset=utf-8",
    ),
  },
  effect: ({ type }) => ({
    on: "answer",
    concerns: (_exchange, answer) => isWhole(answer),
    strike: (_exchange, answer) => ({ ...answer, headers: { ...answer.headers, "content-type": type } }),
  }),
});
