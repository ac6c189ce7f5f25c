import type { GuardedAnswer, GuardedRequest, Send } from "../exchange";
import { GuardProblem } from "../problems";
import { readFor } from "../recognition/listing";
import { type Outcome, outcomeOf, passes, type Problem, visibleWithin } from "./failures";
import { keyOf } from "./key";
import type { Tools } from "./settings";

const pause = 500;

/**
 * Deletes something. A deletion of which nobody knows the end is sent again; that it is gone then is what was wanted. Only the API's own 404 says so, and
 * not when it shows the thing all the same: what is in front of it answers with 404 as well, and knows nothing.
 * @throws what `send` throws in the end
 */
export async function remove(tools: Tools, request: GuardedRequest, send: Send): Promise<GuardedAnswer> {
  const { journal, settings, clock, log } = tools;
  const { account, stack, epoch, method, path } = request;
  const key = keyOf(request);
  const earlier = journal.open(stack, key);
  const intent = { account, stack, epoch, method, path, key, marks: {}, identity: undefined, before: [] };
  const id = earlier?.id ?? journal.write(intent);
  let doubt = earlier !== undefined;
  for (let attempt = 1; ; attempt++) {
    journal.sent(id);
    const outcome = await judged(tools, request, send, doubt);
    if (outcome.kind === "answer") {
      const { answer } = outcome;
      if (answer.status < 300 || answer.status === 404) journal.gone(account, decoded(path));
      journal.resolved(id, String(answer.status));
      return answer;
    }
    const { problem } = outcome;
    if (problem.ambiguous) doubt = true;
    if (doubt) journal.ambiguous(id, problem.code);
    else journal.resolved(id, problem.code);
    if (!passes(problem) || !(problem.ambiguous || isContradiction(problem)) || attempt >= settings.attempts)
      throw problem;
    log(`${request.id} ${method} ${path}: ${problem.code}, sent again`);
    await clock.sleep(settings.pause * attempt);
  }
}

/**
 * Sends it once.
 * @param doubt whether one before may have been carried out, or be at work
 */
async function judged(tools: Tools, request: GuardedRequest, send: Send, doubt: boolean): Promise<Outcome> {
  const outcome = await outcomeOf(request, send(request));
  if (outcome.kind === "problem") return outcome;
  const { status, json } = outcome.answer;
  if (status === 404 && json !== undefined) {
    // A part of something, as a tag's, is in the body and can't be asked for.
    const isThere = request.body.length === 0 && (await shown(request, send));
    if (isThere) return { kind: "problem", problem: contradiction(request) };
    return doubt ? { kind: "answer", answer: deleted } : outcome;
  }
  // «Already has a pending event»: perhaps its own end.
  const isBusy = doubt && (status === 409 || status === 422);
  return isBusy && (await goes(tools, request, send)) ? { kind: "answer", answer: deleted } : outcome;
}

const deleted: GuardedAnswer = { status: 204, headers: {}, body: Buffer.alloc(0) };

/** Whether the API shows what it says is not there. */
async function shown(request: GuardedRequest, send: Send): Promise<boolean> {
  const outcome = await outcomeOf(request, send(readFor(request, request.path)));
  return outcome.kind === "answer" && outcome.answer.status === 200 && outcome.answer.json !== undefined;
}

/** Waits for it to be gone, for as long as it may be shown afterwards. */
async function goes({ clock, settings }: Tools, request: GuardedRequest, send: Send): Promise<boolean> {
  const until = clock.now() + visibleWithin(undefined, settings);
  for (;;) {
    const outcome = await outcomeOf(request, send(readFor(request, request.path)));
    if (outcome.kind === "problem") throw outcome.problem;
    if (outcome.answer.status === 404 && outcome.answer.json !== undefined) return true;
    if (outcome.answer.status >= 400 || clock.now() >= until) return false;
    await clock.sleep(pause);
  }
}

function contradiction({ method, path }: GuardedRequest): GuardProblem {
  const message = `DigitalOcean's API answered ${method} ${path} with 404, and shows it all the same. Try again in some minutes.`;
  return new GuardProblem("SERVER_ERROR", message, { upstreamStatus: 404 });
}

/** Of the API's 404 alone: nothing was done, so that it may be sent again. */
function isContradiction(problem: Problem): boolean {
  return problem instanceof GuardProblem && problem.upstreamStatus === 404;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
