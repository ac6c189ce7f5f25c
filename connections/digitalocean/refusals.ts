import type { Answer, HeaderFields } from "../answer";
import type { Failure } from "../failure";
import type { NetworkDown, Verdict } from "../verdict";
import type { Reply } from "./ask";

/** What is known beforehand of the token. */
export interface Known {
  readonly expires?: Date | undefined;
  readonly now: Date;
}

export interface Success {
  readonly value: object;
  readonly headers: HeaderFields;
}

/**
 * @param scope without which the API refuses the request
 * @returns the answer's JSON when the request succeeded, else what stands against it
 */
export function successOf(
  reply: Reply,
  operation: string,
  scope: string,
  known: Known,
): Success | { readonly refusal: Verdict } {
  if (reply.kind === "failure") return { refusal: networkDown(reply.failure) };
  const { answer, status, headers } = reply;
  if (answer.kind !== "json") return { refusal: notFromTheApi(answer, status, operation) };
  const { value } = answer;
  if (status >= 200 && status < 300) return { value, headers };
  return { refusal: refusalOf(status, value, headers, { operation, scope }, known) };
}

function refusalOf(
  status: number,
  value: object,
  headers: HeaderFields,
  { operation, scope }: { readonly operation: string; readonly scope: string },
  { expires, now }: Known,
): Verdict {
  const id = textIn(value, "id");
  const message = textIn(value, "message");
  const guard = /^deploy4me_(\w{1,60})$/.exec(id ?? "")?.[1];
  if (guard !== undefined && message !== undefined)
    return { kind: "guard-problem", code: guard.toUpperCase(), message };
  if (status === 401)
    return expires !== undefined && expires <= now ? { kind: "expired", at: expires } : { kind: "revoked" };
  if (status === 403) return { kind: "missing-scope", missing: [scope] };
  if (status === 429) return { kind: "rate-limited", until: until(headers, now) };
  if (status >= 500) return { kind: "provider-down", status, cause: `it answered ${operation} with ${status}` };
  return { kind: "api-changed", operation, field: "", problem: `comes with status ${status}` };
}

function notFromTheApi(answer: Exclude<Answer, { kind: "json" }>, status: number, operation: string): Verdict {
  const by = "Cloudflare";
  switch (answer.kind) {
    case "challenge":
      return { kind: "blocked", by, form: "challenge", ...rayOf(answer) };
    case "block":
      return {
        kind: "blocked",
        by,
        form: "block",
        ...(answer.code === undefined ? {} : { code: answer.code }),
        ...rayOf(answer),
      };
    case "edge-error": {
      const ray = answer.rayId === undefined ? "" : ` (ray id ${answer.rayId})`;
      const cause = `the servers in front of it got no answer to ${operation} and said ${answer.status}${ray}`;
      return { kind: "provider-down", status: answer.status, cause };
    }
    case "html":
      return {
        kind: "provider-down",
        status,
        cause: `a web page${answer.title === undefined ? "" : ` («${answer.title}»)`} came with status ${status} in place of its answer to ${operation}, perhaps from a proxy or sign-in page of your network`,
      };
    case "truncated":
      return { kind: "provider-down", status, cause: `its answer to ${operation} ended too early` };
    case "empty":
    case "not-json":
      if (status >= 300 && status < 400)
        return {
          kind: "api-changed",
          operation,
          field: "",
          problem: `comes with status ${status}: it is to be asked for elsewhere`,
        };
      return {
        kind: "provider-down",
        status,
        cause: `its answer to ${operation} (${status}) ${answer.kind === "empty" ? "was empty" : "was no JSON"}`,
      };
  }
}

function rayOf({ rayId }: { readonly rayId?: string }): { readonly rayId?: string } {
  return rayId === undefined ? {} : { rayId };
}

function networkDown({ reason, code }: Failure): NetworkDown {
  return { kind: "network-down", reason, cause: `${words[reason]} (${code})` };
}

const words: Readonly<Record<Failure["reason"], string>> = {
  refused: "its address refuses the connection",
  dns: "its name can't be resolved",
  "no-route": "there is no way to its address",
  "connect-timeout": "no connection came about in time",
  tls: "the certificate that is shown in its place is not to be trusted",
  broken: "the connection broke",
  "no-answer": "nobody answered in time",
};

/** A day is more than any limit of theirs lasts. */
const longestLimit = 86_400;

/**
 * `retry-after` comes with the limit of a minute, `ratelimit-reset` (seconds since 1970) with that of an hour
 * (docs.digitalocean.com/reference/api, «Rate limit»). A minute when neither is there.
 */
function until(headers: HeaderFields, now: Date): Date {
  const wait = wholeNumber(headers["retry-after"]);
  const reset = wholeNumber(headers["ratelimit-reset"]);
  const seconds = wait ?? (reset === undefined ? 60 : reset - Math.floor(now.getTime() / 1000));
  return new Date(now.getTime() + 1000 * Math.min(Math.max(seconds, 1), longestLimit));
}

export function wholeNumber(header: HeaderFields[string]): number | undefined {
  return typeof header === "string" && /^\d{1,12}$/.test(header) ? Number(header) : undefined;
}

export function textIn(value: object, name: string): string | undefined {
  const found = Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof found === "string" ? found : undefined;
}
