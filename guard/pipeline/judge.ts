import { type ApiProblem, isRead } from "../../connections/problem";
import type { GuardedAnswer, GuardedRequest } from "../exchange";
import type { Watch } from "../interfaces";
import { GuardProblem } from "../problems";
import { waitAskedFor } from "./retry";

/** What is to be made of an attempt. */
export type Judgement =
  | { readonly kind: "pass"; readonly answer: GuardedAnswer }
  /** 401: another token may help. */
  | { readonly kind: "token-refused"; readonly said: string }
  | Failed;

export interface Failed {
  readonly kind: "problem";
  readonly problem: ApiProblem | GuardProblem;
  /** Whether the same request may be sent again, later. */
  readonly again: boolean;
  /** How long the API asks to wait first, in milliseconds. */
  readonly wait?: number | undefined;
}

/** @param now milliseconds since 1970 */
export function judge(request: GuardedRequest, answer: GuardedAnswer, watch: Watch, now: number): Judgement {
  const { status, json } = answer;
  const what = `${request.method} ${request.path}`;
  const requestId = idOf(answer);
  const details = { upstreamStatus: status, requestId };
  const said = sentenceOf(answer);
  if (status === 401) return { kind: "token-refused", said };
  const wait = status === 429 || status >= 500 ? waitAskedFor(answer.headers, now) : undefined;
  if (status === 429) {
    const when = wait === undefined ? "later" : `after ${new Date(Math.min(now + wait, lastDate)).toISOString()}`;
    const message = `DigitalOcean's API takes no more requests for now, and refused ${what}${said}. Try again ${when}, and see what else uses this account's API.`;
    return { kind: "problem", problem: new GuardProblem("RATE_LIMITED", message, details), again: true, wait };
  }
  if (status >= 500) {
    const message = `DigitalOcean's API failed at ${what} with ${status}${said}. Look at status.digitalocean.com, and try again in some minutes.`;
    const ambiguous = !isRead(request.method);
    const problem = new GuardProblem("SERVER_ERROR", message, { ...details, ambiguous });
    return { kind: "problem", problem, again: !ambiguous, wait };
  }
  if (status >= 300 && status < 400 && status !== 304) {
    const message = `DigitalOcean's API answered ${what} with ${status}: it wants to be asked elsewhere, and that is not followed. See whether DIGITALOCEAN_API_URL is right.`;
    return { kind: "problem", problem: new GuardProblem("REDIRECTED", message, details), again: false };
  }
  if (json === undefined) return { kind: "pass", answer };
  const drift = watch.look(request, status, json);
  if (drift === undefined) return { kind: "pass", answer };
  const { operation, field, expected, found } = drift;
  const message = `DigitalOcean's API has changed: in the answer to ${operation}, «${field}» should be ${expected} and is ${found}, so it was not handed on. Update deploy4me; \`deploy4me doctor\` shows all differences.`;
  const ambiguous = !isRead(request.method);
  return {
    kind: "problem",
    problem: new GuardProblem("API_CHANGED", message, { ...details, ambiguous }),
    again: false,
  };
}

/** Of JavaScript. */
const lastDate = 8.64e15;

/** What the API's own error says, in brackets. */
function sentenceOf({ json }: GuardedAnswer): string {
  const message = json !== undefined && "message" in json ? json.message : undefined;
  if (typeof message !== "string" || message.trim() === "") return "";
  return ` («${message
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, 200)}»)`;
}

function idOf({ json, headers }: GuardedAnswer): string | undefined {
  const said = json !== undefined && "request_id" in json ? json.request_id : headers["x-request-id"];
  return typeof said === "string" && /^[\w-]{1,80}$/.test(said) ? said : undefined;
}
