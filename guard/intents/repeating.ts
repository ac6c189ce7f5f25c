import type { GuardedAnswer, GuardedRequest, Send } from "../exchange";
import { at } from "../recognition/marks";
import type { Repeatable } from "../recognition/rule";
import { type Outcome, outcomeOf, passes, unreadable } from "./failures";
import type { Tools } from "./settings";

/**
 * Sends what has the same effect twice as once, until it is answered.
 * @throws what `send` throws in the end
 */
export async function repeat(
  { settings, clock, log }: Tools,
  { envelope }: Repeatable,
  request: GuardedRequest,
  send: Send,
): Promise<GuardedAnswer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = whole(request, envelope, await outcomeOf(request, send(request)));
    if (outcome.kind === "answer") return outcome.answer;
    const { problem } = outcome;
    if (!problem.ambiguous || !passes(problem) || attempt >= settings.attempts) throw problem;
    log(`${request.id} ${request.method} ${request.path}: ${problem.code}, sent again`);
    await clock.sleep(settings.pause * attempt);
  }
}

/** An answer without what it should have is none. */
function whole(request: GuardedRequest, envelope: string | undefined, outcome: Outcome): Outcome {
  if (outcome.kind === "problem" || envelope === undefined) return outcome;
  const { status, json } = outcome.answer;
  if (status < 200 || status > 299 || (json !== undefined && at(json, envelope) !== undefined)) return outcome;
  return { kind: "problem", problem: unreadable(request, { envelope }, outcome.answer) };
}
