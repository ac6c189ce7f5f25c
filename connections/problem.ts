import type { Answer } from "./answer";

/** What was asked for; a path without its query is enough, the query is never shown. */
export interface Asked {
  readonly method: string;
  readonly path: string;
}

export type ApiProblemCode =
  /** A page of Cloudflare's that only a browser can get past. */
  | "CHALLENGE"
  /** A rule at Cloudflare refuses the address or the program. */
  | "BLOCKED"
  /** What stands in front of the API gets no answer out of it. */
  | "EDGE_ERROR"
  /** Another page where JSON was due. */
  | "HTML"
  | "TRUNCATED"
  | "EMPTY"
  | "NOT_JSON"
  /** No connection: nothing was sent. */
  | "UNREACHABLE"
  /** The connection broke after the request may have arrived. */
  | "CONNECTION_LOST"
  | "TIMEOUT";

/** An answer that is not the API's, or none. The message is a sentence that a person can act on and holds no secret. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** Whether it can pass by itself. */
  readonly transient: boolean;
  /** Whether the same request may be sent again as it is: it only reads, or it was never sent, and the problem can pass. */
  readonly retryable: boolean;
  /** Whether the request may have been carried out although nobody was told: a write has to be looked up before it is sent again. */
  readonly ambiguous: boolean;
  readonly status?: number;
  /** Cloudflare's name of the answer, for DigitalOcean's support. */
  readonly rayId?: string;

  constructor(
    readonly code: ApiProblemCode,
    readonly asked: Asked,
    sentence: string,
    { transient, status, rayId, cause }: ApiProblemDetails,
  ) {
    super(sentence, cause === undefined ? undefined : { cause });
    const harmless = isRead(asked.method) || code === "UNREACHABLE";
    this.transient = transient;
    this.retryable = transient && harmless;
    // A challenge is counted too: nobody outside can tell whether the page came before the API or in place of its answer.
    this.ambiguous = !harmless;
    if (status !== undefined) this.status = status;
    if (rayId !== undefined) this.rayId = rayId;
  }
}

export interface ApiProblemDetails {
  readonly transient: boolean;
  readonly status?: number | undefined;
  readonly rayId?: string | undefined;
  readonly cause?: unknown;
}

/** @returns undefined when the answer is the API's own: JSON of whatever status, or nothing where nothing was due */
export function problemOf(answer: Answer, asked: Asked): ApiProblem | undefined {
  const what = nameOf(asked);
  switch (answer.kind) {
    case "json":
      return undefined;
    case "empty":
      return answer.expected
        ? undefined
        : new ApiProblem("EMPTY", asked, `DigitalOcean's API answered ${what} with nothing in it. ${again}`, passes());
    case "challenge":
      return new ApiProblem(
        "CHALLENGE",
        asked,
        `Cloudflare, in front of DigitalOcean's API, answered ${what} with a check for robots that only a browser can pass${inBrackets(answer.rayId)}. ` +
          `It usually ends by itself: try again in some minutes, or from another network. ${support(answer.rayId)}`,
        passes(answer),
      );
    case "block":
      return answer.code === 1015
        ? new ApiProblem(
            "BLOCKED",
            asked,
            `Cloudflare, in front of DigitalOcean's API, refused ${what} (error 1015${and(answer.rayId)}): too many requests came from this address. ` +
              "Wait some minutes, and see what else on this network asks DigitalOcean so often.",
            passes(answer),
          )
        : new ApiProblem(
            "BLOCKED",
            asked,
            `Cloudflare, in front of DigitalOcean's API, refuses requests from here: ${what} was answered with ` +
              `${answer.code === undefined ? "a block page" : `error ${answer.code}`}${inBrackets(answer.rayId)}. ` +
              `Trying again does not help: use another network, without a VPN or shared proxy. ${support(answer.rayId)}`,
            { ...passes(answer), transient: false },
          );
    case "edge-error":
      return new ApiProblem(
        "EDGE_ERROR",
        asked,
        `DigitalOcean's API can't be reached by the servers in front of it: ${what} was answered with ${answer.status}${inBrackets(answer.rayId)}. ` +
          "Look at status.digitalocean.com, and try again in some minutes.",
        passes(answer),
      );
    case "html":
      return new ApiProblem(
        "HTML",
        asked,
        `A web page${answer.title === undefined ? "" : ` («${answer.title}»)`} came with status ${answer.status} in place of DigitalOcean's answer to ${what}` +
          `${inBrackets(answer.rayId)}. Look at status.digitalocean.com${answer.rayId === undefined ? ", see whether a proxy or sign-in page of your network stands in between," : ""} and try again in some minutes.`,
        passes(answer),
      );
    case "truncated":
      return new ApiProblem(
        "TRUNCATED",
        asked,
        `The answer of DigitalOcean's API to ${what} ended too early. ${again}`,
        passes(),
      );
    case "not-json":
      return new ApiProblem(
        "NOT_JSON",
        asked,
        `DigitalOcean's API answered ${what} with something that is no JSON${answer.contentType === undefined ? "" : ` (${answer.contentType})`}. ${again}`,
        passes(),
      );
  }
}

const again = "Try again; if it stays so, look at status.digitalocean.com.";

function passes(answer: { readonly status?: number; readonly rayId?: string } = {}): ApiProblemDetails {
  return { transient: true, status: answer.status, rayId: answer.rayId };
}

export function isRead(method: string): boolean {
  return ["GET", "HEAD", "OPTIONS"].includes(method.toUpperCase());
}

/** `GET /v2/droplets`, without the query. */
export function nameOf({ method, path }: Asked): string {
  return `${method.toUpperCase()} ${path.replace(/[?#].*/s, "")}`;
}

function inBrackets(rayId: string | undefined): string {
  return rayId === undefined ? "" : ` (ray id ${rayId})`;
}

function and(rayId: string | undefined): string {
  return rayId === undefined ? "" : `, ray id ${rayId}`;
}

function support(rayId: string | undefined): string {
  return rayId === undefined
    ? "If it stays so, ask DigitalOcean's support."
    : "If it stays so, give DigitalOcean's support the ray id.";
}
