import { Readable } from "node:stream";

import type { AccessToken, TokenSource } from "../../connections/credentials";
import { ApiProblem } from "../../connections/problem";
import type { GuardedRequest, Send } from "../exchange";
import type { Clock, Leases, Log, Pace, Turn, Watch } from "../interfaces";
import { GuardProblem, leaseEnded } from "../problems";
import { PacingClosed, PacingUnavailable, RateLimitReached } from "../pacing/errors";
import { isKeyListing } from "../pacing/limits";
import type { Upstream } from "../upstream";
import { type Failed, judge, type Judgement } from "./judge";
import { receive } from "./receive";
import { pause, type RetryPolicy } from "./retry";
import type { LatelyRight } from "./sample";
import { currentToken, replacementOf, tokenRefused } from "./token";

export interface Parts {
  readonly upstream: Upstream;
  readonly tokens: TokenSource;
  readonly leases: Leases;
  readonly pace: Pace;
  readonly watch: Watch;
  readonly log: Log;
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  /** Bytes of an answer that are held back to be checked. */
  readonly heldBack: number;
  readonly right: LatelyRight;
}

/** Everything between a request that may be sent and its answer, or the reason why there is none. */
export function sender(parts: Parts): Send {
  const { clock, retry, tokens, log } = parts;
  return async (request) => {
    const what = `${request.id} ${request.method} ${request.path}`;
    let replaced: AccessToken | undefined;
    let wasReplaced = false;
    let spent = 0;
    for (let attempt = 1; ;) {
      const token = await admitted(parts, request, replaced);
      const begun = clock.now();
      const judgement = await attemptOnce(parts, request, token);
      spent += clock.now() - begun;
      if (judgement.kind === "pass") return judgement.answer;
      if (judgement.kind === "token-refused") {
        if (wasReplaced) throw tokenRefused(judgement.said);
        log(`${what}: the token was refused, another one is asked for`);
        replaced = await replacementOf(tokens, token, request.signal);
        wasReplaced = true;
        continue;
      }
      const wait = Math.max(pause(retry, attempt), judgement.wait ?? 0);
      if (!judgement.again || attempt >= retry.attempts || spent + wait > retry.total) throw judgement.problem;
      log(`${what}: ${judgement.problem.code}, tried again in ${(wait / 1000).toFixed(1)} s`);
      await clock.sleep(wait, request.signal);
      spent += wait;
      attempt++;
      // Another may have come in its place meanwhile.
      replaced = undefined;
    }
  };
}

/**
 * Before every attempt: the turn, the lease and the token. What waited for its turn, or for the API, may have lost its lease meanwhile.
 * @param replaced the token to use; absent: the current one
 */
async function admitted(parts: Parts, request: GuardedRequest, replaced?: AccessToken): Promise<AccessToken> {
  const { pace, leases, tokens } = parts;
  const { signal } = request;
  const turn = turnOf(request);
  requireLease(leases, request);
  await pace.admit({ ...turn, signal }).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason;
    throw notAdmitted(error);
  });
  try {
    requireLease(leases, request);
    return replaced ?? (await currentToken(tokens, signal));
  } catch (error) {
    // The turn is given back: nothing was sent.
    pace.observe({ ...turn, headers: {} });
    throw error;
  }
}

function turnOf(request: GuardedRequest): Omit<Turn, "signal"> {
  const { account, stack } = request;
  return isKeyListing(request) ? { account, stack, listsKeys: true } : { account, stack };
}

/** What pacing says in words of its own; nothing was sent. */
function notAdmitted(error: unknown): unknown {
  if (error instanceof RateLimitReached) return new GuardProblem("RATE_LIMITED", error.message, { cause: error });
  if (error instanceof PacingUnavailable) return new GuardProblem("HOME_UNAVAILABLE", error.message, { cause: error });
  if (error instanceof PacingClosed) return new GuardProblem("CLOSING", error.message, { cause: error });
  return error;
}

/** @throws GuardProblem with LEASE_ENDED or HOME_UNAVAILABLE */
function requireLease(leases: Leases, { stack, epoch }: Pick<GuardedRequest, "stack" | "epoch">): void {
  if (leases.held(stack)?.epoch === epoch) return;
  throw leaseEnded(stack);
}

async function attemptOnce(parts: Parts, request: GuardedRequest, token: AccessToken): Promise<Judgement> {
  const { upstream, pace, watch, clock, heldBack, right } = parts;
  const turn = turnOf(request);
  try {
    const head = await upstream.exchange(request, token.value).catch((error: unknown) => {
      pace.observe({ ...turn, headers: {} });
      throw error;
    });
    pace.observe({ ...turn, status: head.statusCode, headers: head.headers });
    const sampled = right.isSampled(request, clock.now());
    const limits = { within: upstream.timeouts.answer, limit: heldBack, sampled };
    const received = await receive(request, head, token.value, limits);
    if (received.kind === "problem") return failed(received.problem);
    const now = clock.now();
    const judgement = judge(request, received.answer, watch, now);
    const isRight = judgement.kind === "pass" && received.answer.status === 200;
    if (received.sampled !== true || !isRight) right.note(request, isRight, now);
    const { body } = received.answer;
    if (judgement.kind !== "pass" && body instanceof Readable) body.destroy();
    return judgement;
  } catch (error) {
    if (error instanceof ApiProblem) return failed(error);
    throw error;
  }
}

function failed(problem: ApiProblem): Failed {
  return { kind: "problem", problem, again: problem.retryable };
}
