import type { GuardedAnswer, GuardedRequest, Send } from "../exchange";
import { outcomeOf, unrecognised } from "./failures";
import { keyOf } from "./key";
import type { Tools } from "./settings";

/**
 * Sends a request of which nobody can tell afterwards what it did: once. When its end is not known, it is not sent again within the operation; in a later
 * one, a person was told and has looked.
 * @throws what `send` throws; GuardProblem with CREATE_UNCONFIRMED when nobody knows
 */
export async function sendUnrecognised(
  { journal }: Tools,
  request: GuardedRequest,
  send: Send,
): Promise<GuardedAnswer> {
  const { account, stack, epoch, method, path } = request;
  const key = keyOf(request);
  const earlier = journal.open(stack, key);
  if (earlier?.epoch === epoch) throw unrecognised(request, undefined);
  if (earlier !== undefined) journal.resolved(earlier.id, "SENT_AGAIN");
  const id = journal.write({ account, stack, epoch, method, path, key, marks: {}, identity: undefined, before: [] });
  journal.sent(id);
  const outcome = await outcomeOf(request, send(request));
  if (outcome.kind === "answer") {
    journal.resolved(id, String(outcome.answer.status));
    return outcome.answer;
  }
  const { problem } = outcome;
  if (!problem.ambiguous) {
    journal.resolved(id, problem.code);
    throw problem;
  }
  journal.ambiguous(id, problem.code);
  throw unrecognised(request, problem);
}
