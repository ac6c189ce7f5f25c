import type { GuardedAnswer, GuardedRequest, Send } from "../exchange";
import { outcomeOf, passes } from "./failures";
import type { Tools } from "./settings";

/**
 * Sends what has the same effect twice as once, until it is answered.
 * @throws what `send` throws in the end
 */
export async function repeat(
  { settings, clock, log }: Tools,
  request: GuardedRequest,
  send: Send,
): Promise<GuardedAnswer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await outcomeOf(request, send(request));
    if (outcome.kind === "answer") return outcome.answer;
    const { problem } = outcome;
    if (!problem.ambiguous || !passes(problem) || attempt >= settings.attempts) throw problem;
    log(`${request.id} ${request.method} ${request.path}: ${problem.code}, sent again`);
    await clock.sleep(settings.pause * attempt);
  }
}
