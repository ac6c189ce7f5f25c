import type { GuardedAnswer, GuardedRequest, Send } from "../exchange";
import { readFor } from "../recognition/listing";
import { outcomeOf, passes, visibleWithin } from "./failures";
import { keyOf } from "./key";
import type { Tools } from "./settings";

const pause = 500;

/**
 * Deletes something. A deletion of which nobody knows the end is sent again; that it is gone then is what was wanted. Only the API's own 404 says so: what is
 * in front of it answers with 404 as well, and knows nothing.
 * @throws what `send` throws in the end
 */
export async function remove(tools: Tools, request: GuardedRequest, send: Send): Promise<GuardedAnswer> {
  const { journal, settings, clock, log } = tools;
  const { account, stack, epoch, method, path } = request;
  const key = keyOf(request);
  const earlier = journal.open(stack, key);
  const id =
    earlier?.id ??
    journal.write({ account, stack, epoch, method, path, key, marks: {}, identity: undefined, before: [] });
  let doubt = earlier !== undefined;
  for (let attempt = 1; ; attempt++) {
    journal.sent(id);
    const outcome = await outcomeOf(request, send(request));
    if (outcome.kind === "answer") {
      const { answer } = outcome;
      const isDone = answer.status < 300 || (doubt && (await isGone(tools, request, send, answer)));
      if (isDone) journal.gone(account, decoded(path));
      journal.resolved(id, String(answer.status));
      return isDone && answer.status >= 300 ? deleted : answer;
    }
    const { problem } = outcome;
    if (problem.ambiguous) doubt = true;
    if (doubt) journal.ambiguous(id, problem.code);
    else journal.resolved(id, problem.code);
    if (!problem.ambiguous || !passes(problem) || attempt >= settings.attempts) throw problem;
    log(`${request.id} ${method} ${path}: ${problem.code}, sent again`);
    await clock.sleep(settings.pause * attempt);
  }
}

const deleted: GuardedAnswer = { status: 204, headers: {}, body: Buffer.alloc(0) };

/** Whether a refusal means that the deletion before was carried out, or is at the moment. */
async function isGone(
  tools: Tools,
  request: GuardedRequest,
  send: Send,
  { status, json }: GuardedAnswer,
): Promise<boolean> {
  if (status === 404) return json !== undefined;
  // «Already has a pending event»: perhaps its own end.
  if (status !== 409 && status !== 422) return false;
  const until = tools.clock.now() + visibleWithin(undefined, tools.settings);
  for (;;) {
    const outcome = await outcomeOf(request, send(readFor(request, request.path)));
    if (outcome.kind === "problem") throw outcome.problem;
    if (outcome.answer.status === 404 && outcome.answer.json !== undefined) return true;
    if (outcome.answer.status >= 400 || tools.clock.now() >= until) return false;
    await tools.clock.sleep(pause);
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
