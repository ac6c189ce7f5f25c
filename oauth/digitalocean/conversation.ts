import { Agent as HttpAgent, type ClientRequestArgs, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, type RequestOptions } from "node:https";
import type { Duplex } from "node:stream";

import type { WreckHttpOptions } from "simple-oauth2";

import { type Answer, readAnswer } from "../../connections/answer";
import { failureOf, problemOfFailure } from "../../connections/failure";
import { ApiProblem, type Asked, problemOf } from "../../connections/problem";
import { type TokenRequest, TokenRequestRefused, TokenRequestUnanswered, type UnansweredDetails } from "../errors";
import { refusalIn } from "./refusal";

/** Ample for a token and what is said of its account. */
const longestAnswer = 256 * 1024;

export interface Conversation {
  readonly request: TokenRequest;
  readonly url: URL;
  /** For the whole of it, in milliseconds. */
  readonly timeoutMs: number;
  /** What is sent and must be in no error. */
  readonly secrets: readonly string[];
}

/**
 * Has one request sent by `simple-oauth2`, on a connection of its own, and tells what became of it.
 * @param send sends it once, with these options
 * @throws TokenRequestRefused when the authorization server says no
 * @throws TokenRequestUnanswered otherwise; never with what the library threw, which holds the request
 */
export async function converse<Result>(
  about: Conversation,
  send: (http: WreckHttpOptions) => Promise<Result>,
): Promise<Result> {
  const line = openLine(about.url);
  const deadline = setTimeout(() => {
    line.cut();
  }, about.timeoutMs);
  try {
    return await send({
      agent: line.agent,
      // Whatever the content type says; what is no JSON then comes back as an error with its bytes.
      json: "force",
      maxBytes: longestAnswer,
      // None is followed: a token request is for nobody else. With 0, one is an error and not a success.
      redirects: 0,
      redirect303: true,
    });
  } catch (error) {
    throw explain(about, error, line);
  } finally {
    clearTimeout(deadline);
    line.close();
  }
}

interface Line {
  readonly agent: HttpAgent | HttpsAgent;
  /** Whether a connection stood, so that something may have been sent. */
  stood(): boolean;
  /** Whether it was cut because of the time it took. */
  isCut(): boolean;
  cut(): void;
  close(): void;
}

/** A connection whose beginning is seen: what a request did that never had one, is certain. */
function openLine(url: URL): Line {
  let stood = false;
  let cut = false;
  // Not the agent's own list: the library hands a copy of the agent on.
  const sockets = new Set<Duplex>();
  const watch = (socket: Duplex | null | undefined): Duplex | null | undefined => {
    if (socket == null) return socket;
    sockets.add(socket);
    socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => (stood = true));
    return socket;
  };
  const close = () => {
    for (const socket of sockets) socket.destroy();
  };
  const agent =
    url.protocol === "https:"
      ? new (class extends HttpsAgent {
          override createConnection(options: RequestOptions, callback?: Created): Duplex | null | undefined {
            return watch(super.createConnection(options, callback));
          }
        })()
      : new (class extends HttpAgent {
          override createConnection(options: ClientRequestArgs, callback?: Created): Duplex | null | undefined {
            return watch(super.createConnection(options, callback));
          }
        })();
  return {
    agent,
    stood: () => stood,
    isCut: () => cut,
    cut() {
      cut = true;
      close();
    },
    close,
  };
}

type Created = (error: Error | null, stream: Duplex) => void;

function explain(about: Conversation, error: unknown, line: Line): Error {
  const { request, url, secrets } = about;
  const asked = askedAt(url);
  if (line.isCut()) return unanswered(request, lateness(asked, line.stood(), about.timeoutMs));
  const thrown = isObject(error) && "data" in error ? error.data : undefined;
  const answer = answerIn(thrown);
  if (answer === undefined) return silence(about, error, thrown, line.stood());
  const { status, headers, read } = answer;
  const problem = problemOf(read, asked);
  if (problem !== undefined) return unanswered(request, problem, status);
  if (status < 400) return unusable(request, url, "in a form that its documentation does not have");
  if (status === 429) return new TokenRequestUnanswered(request, busy(headers));
  if (status >= 500) return new TokenRequestUnanswered(request, broken(status));
  return new TokenRequestRefused(request, refusalIn(read.kind === "json" ? read.value : undefined, secrets), status);
}

interface ReadAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly read: Answer;
}

/** Of what the library throws: an answer with a status that is none of success, or one that could not be read. */
function answerIn(thrown: unknown): ReadAnswer | undefined {
  if (!isObject(thrown) || !("res" in thrown)) return undefined;
  const { res } = thrown;
  if (!isMessage(res)) return undefined;
  const { statusCode: status = 0, headers, complete } = res;
  const payload = "payload" in thrown ? thrown.payload : undefined;
  const body = Buffer.isBuffer(payload) ? payload : Buffer.from(payload === undefined ? "" : JSON.stringify(payload));
  return { status, headers, read: readAnswer({ method: "POST", status, headers, body, complete }) };
}

function isMessage(value: unknown): value is IncomingMessage {
  return isObject(value) && "statusCode" in value && "headers" in value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function unanswered(request: TokenRequest, problem: ApiProblem, status = problem.status): TokenRequestUnanswered {
  return new TokenRequestUnanswered(request, {
    reason: problem.code,
    sentence: problem.message,
    applied: problem.ambiguous ? "unknown" : "no",
    status,
    cause: causeOf(problem),
  });
}

/** The code alone: what a library throws may hold the request. */
function causeOf({ cause }: ApiProblem): Error | undefined {
  const failure = failureOf(cause);
  return failure === undefined ? undefined : Object.assign(new Error(failure.reason), { code: failure.code });
}

function lateness(asked: Asked, stood: boolean, timeoutMs: number): ApiProblem {
  const seconds = Math.round(timeoutMs / 100) / 10;
  return stood
    ? new ApiProblem("TIMEOUT", asked, `${asked.path} was not answered within ${seconds} s. ${look}`, {
        transient: true,
      })
    : new ApiProblem("UNREACHABLE", asked, `There was no connection for ${asked.path} within ${seconds} s. ${look}`, {
        transient: true,
      });
}

/** There is no answer, or the library has kept it to itself. */
function silence({ request, url }: Conversation, error: unknown, thrown: unknown, stood: boolean): Error {
  const asked = askedAt(url);
  // Of a redirect, the library throws the way it went.
  if (Array.isArray(thrown)) return new TokenRequestUnanswered(request, redirected(asked));
  const problem = problemOfFailure(thrown, asked) ?? problemOfFailure(error, asked);
  if (problem?.ambiguous === stood) return unanswered(request, problem);
  if (stood && problem === undefined) return unusable(request, url, "with nothing that can be used");
  const details = { transient: true, cause: problem?.cause };
  const sentence = stood ? "The connection broke after" : "There was no connection for";
  const code = stood ? "CONNECTION_LOST" : "UNREACHABLE";
  return unanswered(request, new ApiProblem(code, asked, `${sentence} ${asked.path}. ${look}`, details));
}

/** A success that is none. */
export function unusable(request: TokenRequest, { pathname }: URL, how: string): TokenRequestUnanswered {
  const sentence = `DigitalOcean answered ${pathname} ${how}: see whether there is a newer version of Deploy4Me.`;
  return new TokenRequestUnanswered(request, { reason: "API_CHANGED", sentence, applied: "unknown" });
}

function redirected({ path }: Asked): UnansweredDetails {
  const sentence = `${path} was answered with a redirect, which was not followed: see whether a sign-in page of your network stands in between.`;
  return { reason: "REDIRECTED", sentence, applied: "unknown" };
}

function askedAt({ pathname }: URL): Asked {
  return { method: "POST", path: pathname };
}

const look = "Look at status.digitalocean.com, check this machine's network and try again.";

function busy(headers: IncomingMessage["headers"]): UnansweredDetails {
  const seconds = Number(headers["retry-after"]);
  const retryAfter = Number.isFinite(seconds) && seconds >= 0 && seconds <= 86_400 ? seconds : undefined;
  const wait = retryAfter === undefined ? "some minutes" : `${retryAfter} seconds`;
  const sentence = `DigitalOcean has had too many requests from here. Wait ${wait}.`;
  return { reason: "RATE_LIMITED", sentence, applied: "no", status: 429, retryAfter };
}

function broken(status: number): UnansweredDetails {
  const sentence = `DigitalOcean's authorization server answered with status ${status}. ${look}`;
  return { reason: "SERVER_ERROR", sentence, applied: "unknown", status };
}
