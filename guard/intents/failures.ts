import { ApiProblem, problemOf } from "../../connections/problem";
import type { GuardedAnswer, GuardedRequest } from "../exchange";
import { asProblem, GuardProblem } from "../problems";
import type { IntentSettings } from "./settings";

export type Problem = GuardProblem | ApiProblem;

/** What an attempt came to: an answer of the API's, or why there is none. */
export type Outcome =
  { readonly kind: "answer"; readonly answer: GuardedAnswer } | { readonly kind: "problem"; readonly problem: Problem };

/** Never rejects. */
export async function outcomeOf(request: GuardedRequest, answer: Promise<GuardedAnswer>): Promise<Outcome> {
  try {
    return { kind: "answer", answer: await answer };
  } catch (error) {
    return { kind: "problem", problem: asProblem(error, request) };
  }
}

/** Whether it can pass by itself, so that a repetition is worth it. */
export function passes(problem: Problem): boolean {
  return problem instanceof ApiProblem ? problem.transient : problem.code === "SERVER_ERROR";
}

/** How long something that was made may be missing from listings after this failure, in milliseconds. */
export function visibleWithin(reason: string | undefined, settings: IntentSettings): number {
  return reason === "TIMEOUT" || reason === "EDGE_ERROR" ? settings.visibleAfterTimeout : settings.visibleWithin;
}

/** It is not known whether something was made. */
export function unconfirmed(noun: string, write: Problem | undefined, look: Problem): GuardProblem {
  const first = write === undefined ? "" : ` ${write.message}`;
  return new GuardProblem(
    "CREATE_UNCONFIRMED",
    `It is not known whether ${noun} was made, and it could not be looked up.${first} ${look.message} ` +
      "Run the command again: it is looked up before anything is sent once more.",
    { ambiguous: true, cause: look },
  );
}

export function cannotBeToldApart(noun: string, places: readonly string[]): GuardProblem {
  return new GuardProblem(
    "CREATE_UNCONFIRMED",
    `It is not known which is ${noun} that was made: ${places.join(" and ")} both appeared meanwhile and are as asked for. ` +
      "Delete what nobody needs of them in DigitalOcean's control panel, and run the command again.",
    { ambiguous: true },
  );
}

export function unrecognised({ method, path }: GuardedRequest, write: Problem | undefined): GuardProblem {
  const first = write === undefined ? "An earlier request of this command was never answered." : write.message;
  return new GuardProblem(
    "CREATE_UNCONFIRMED",
    `It is not known whether ${method} ${path} was carried out, and what it makes can't be recognised. ${first} ` +
      "Look in DigitalOcean's control panel; then run the command again, which sends it once more.",
    { ambiguous: true, ...(write === undefined ? {} : { cause: write }) },
  );
}

export function leftover(noun: string, place: string): GuardProblem {
  return new GuardProblem(
    "CREATE_LEFTOVER",
    `An earlier attempt, of which nobody knew whether it succeeded, made ${noun} with other settings: ${place}. ` +
      "Delete it in DigitalOcean's control panel, or run the command once with the settings from before; then run it again.",
  );
}

export function clientGone({ method, path }: GuardedRequest): GuardProblem {
  return new GuardProblem("CLOSING", `The client that asked for ${method} ${path} has gone, so it is not sent.`);
}

/** Another request took for its own what this one made. */
export function taken({ path }: { readonly path: string }): GuardProblem {
  return new GuardProblem("INTERNAL", `${path} was taken for what another request had made.`, { ambiguous: true });
}

/** Success that does not say what was made. */
export function unreadable(
  { method, path }: GuardedRequest,
  { envelope }: { readonly envelope: string },
  { status, json }: GuardedAnswer,
): Problem {
  if (json === undefined) {
    const empty = problemOf({ kind: "empty", expected: false }, { method, path });
    if (empty !== undefined) return empty;
  }
  const message = `DigitalOcean's API has changed: the answer to ${method} ${path} has no «${envelope}» that says what was made. Update deploy4me.`;
  return new GuardProblem("API_CHANGED", message, { ambiguous: true, upstreamStatus: status });
}
