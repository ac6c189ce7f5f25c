/**
 * What an HTTP API's answer is, told before anybody parses it: DigitalOcean's API stands behind Cloudflare, which answers in HTML when
 * it takes a program for a robot, when a rule of its own refuses, and when it gets nothing out of the API.
 *
 * `server: cloudflare` and `cf-ray` prove nothing: genuine answers carry both. What tells is `cf-mitigated: challenge`
 * (developers.cloudflare.com, «Detect a Challenge Page response»), what the body is, and marks within the page.
 */

/** An answer as it came, its body read to the end and decoded (no `content-encoding` left). */
export interface RawAnswer {
  /** Of the request. */
  readonly method: string;
  readonly status: number;
  /** By lower-case name, as Node and undici have them. */
  readonly headers: HeaderFields;
  readonly body: Buffer;
  /** False when the connection ended before the body did. */
  readonly complete: boolean;
}

export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>;

export type Answer =
  | JsonAnswer
  | EmptyAnswer
  | ChallengeAnswer
  | BlockAnswer
  | EdgeErrorAnswer
  | HtmlAnswer
  | TruncatedAnswer
  | NotJsonAnswer;

/** A JSON object or list, of whatever status. The only kind, beside an expected `empty`, that comes from the API. */
export interface JsonAnswer {
  readonly kind: "json";
  readonly value: object;
  /** False when the content type says that it is something else: the body counts, but a client may trip over the type. */
  readonly labelled: boolean;
}

export interface EmptyAnswer {
  readonly kind: "empty";
  /** Whether nothing is right: 204, 205, 304, an answer to HEAD, or success of a DELETE. */
  readonly expected: boolean;
}

/** Cloudflare's page that wants a browser to prove that it is one. */
export interface ChallengeAnswer {
  readonly kind: "challenge";
  readonly rayId?: string;
}

/** A rule at Cloudflare refuses the address or the program. */
export interface BlockAnswer {
  readonly kind: "block";
  readonly rayId?: string;
  /** Cloudflare's own, such as 1020; absent when the page names none. */
  readonly code?: number;
}

/** Something in front of the API got no answer out of it: Cloudflare's 520 to 530 and 1xxx, or a proxy's 502 and 504 in HTML. */
export interface EdgeErrorAnswer {
  readonly kind: "edge-error";
  readonly status: number;
  readonly rayId?: string;
}

/** Any other page where JSON was due. Its status says nothing: a 404 that is HTML does not mean that something is gone. */
export interface HtmlAnswer {
  readonly kind: "html";
  readonly status: number;
  /** The page's, shortened to what may be shown. */
  readonly title?: string;
  readonly rayId?: string;
}

/** JSON that ends too early. */
export interface TruncatedAnswer {
  readonly kind: "truncated";
}

export interface NotJsonAnswer {
  readonly kind: "not-json";
  /** The media type alone, in lower case. */
  readonly contentType?: string;
  /**
   * Whether the answer says itself that it is something else than JSON or HTML, as a kubeconfig does (`application/yaml`): right for the few operations
   * that answer so, wrong for all others.
   */
  readonly declared: boolean;
}

export function readAnswer({ method, status, headers, body, complete }: RawAnswer): Answer {
  if (one(headers["cf-mitigated"])?.toLowerCase() === "challenge") return { kind: "challenge", ...ray(headers, "") };
  if (body.length === 0) return nothing(method, status, headers, complete);
  const contentType = mediaType(headers);
  const text = body.toString("utf8").replace(/^\uFEFF/, "");
  if (/^\s*</.test(text)) return page(status, headers, text);
  const short = /^\s*error code: (\d{3,4})\s*$/i.exec(text)?.[1];
  if (short !== undefined) return byCode(Number(short), status, ray(headers, ""));
  if (!complete) return { kind: "truncated" };
  const value = parsed(text);
  if (value !== undefined) {
    return edgeProblem(value, status, headers) ?? { kind: "json", value, labelled: isJson(contentType) };
  }
  if (isEdgeStatus(status)) return { kind: "edge-error", status, ...ray(headers, "") };
  if (/^\s*[[{]/.test(text)) return { kind: "truncated" };
  const declared = contentType !== undefined && !isJson(contentType) && !isHtml(contentType);
  return { kind: "not-json", declared, ...(contentType === undefined ? {} : { contentType }) };
}

function nothing(method: string, status: number, headers: HeaderFields, complete: boolean): Answer {
  if (isEdgeStatus(status)) return { kind: "edge-error", status, ...ray(headers, "") };
  if (!complete) return { kind: "truncated" };
  const upper = method.toUpperCase();
  const success = status >= 200 && status < 300;
  return {
    kind: "empty",
    expected: upper === "HEAD" || [204, 205, 304].includes(status) || (upper === "DELETE" && success),
  };
}

/** How much of a page is looked at, in characters; Cloudflare's have some ten thousand. The patterns have limits too, so that no page takes long. */
const looked = 65_536;

function page(status: number, headers: HeaderFields, whole: string): Answer {
  const text = whole.slice(0, looked);
  const rayId = ray(headers, text);
  if (challengeMarks.some((mark) => mark.test(text))) return { kind: "challenge", ...rayId };
  const code = codeMarks.map((mark) => mark.exec(text)?.[1]).find((found) => found !== undefined);
  if (code !== undefined) return byCode(Number(code), status, rayId);
  if (blockMarks.some((mark) => mark.test(text))) return { kind: "block", ...rayId };
  if (isEdgeStatus(status) || status === 502 || status === 504) return { kind: "edge-error", status, ...rayId };
  return { kind: "html", status, ...titleOf(text), ...rayId };
}

/**
 * Of challenge pages, today's and those before. Not `/cdn-cgi/challenge-platform/` alone: Cloudflare puts scripts from there into ordinary pages
 * («JavaScript detections»).
 */
const challengeMarks = [
  /\b_cf_chl_opt\b/,
  /\/cdn-cgi\/challenge-platform\/[\w/]{0,50}orchestrate\//,
  /\/cdn-cgi\/l\/chk_(jschl|captcha)\b/,
  /<title>\s{0,20}Just a moment\.\.\./i,
];

/** Where error pages of Cloudflare have their code. */
const codeMarks = [
  /class="(?:code-label|cf-error-code|inline-block)"[^>]{0,200}>\s{0,20}(?:Error code\s{0,20})?(\d{3,4})\b/i,
  /<title>[^<|]{0,200}\| ?(5[23]\d): /i,
];

/** Of the block page of a web application firewall, which has no code, and of all pages about restricted access. */
const blockMarks = [/Sorry, you have been blocked/i, /used Cloudflare to restrict access/i];

/**
 * The codes with which Cloudflare refuses a visitor; others from 1000 on are about what is behind it
 * (developers.cloudflare.com, «Cloudflare 1xxx errors»).
 */
const refusals: ReadonlySet<number> = new Set([1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1015, 1020, 1106]);

function byCode(code: number, status: number, rayId: { readonly rayId?: string }): Answer {
  if (refusals.has(code)) return { kind: "block", code, ...rayId };
  return { kind: "edge-error", status: isEdgeStatus(code) ? code : status, ...rayId };
}

/**
 * Since 2026, Cloudflare answers in JSON when JSON is all that a client accepts, as DigitalOcean's own do (godo sends `Accept: application/json`):
 * RFC 9457 with fields of its own (developers.cloudflare.com, «Error responses»). Taken for the API's, a 1020 would be «no permission».
 */
function edgeProblem(value: object, status: number, headers: HeaderFields): Answer | undefined {
  if (!("cloudflare_error" in value) || value.cloudflare_error !== true) return undefined;
  const code = "error_code" in value && typeof value.error_code === "number" ? value.error_code : status;
  const named = "ray_id" in value && typeof value.ray_id === "string" ? `Ray ID: ${value.ray_id}` : "";
  return byCode(code, status, ray(headers, named));
}

/** Statuses that only Cloudflare gives. */
function isEdgeStatus(status: number): boolean {
  return status >= 520 && status <= 530;
}

/** Only an object or a list: a lone `null` or `0` is no answer of this API, and clients make an empty droplet of it. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function mediaType(headers: HeaderFields): string | undefined {
  const type = one(headers["content-type"])?.split(";")[0]?.trim().toLowerCase();
  return type !== undefined && /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(type) ? type : undefined;
}

function isJson(type: string | undefined): boolean {
  return type !== undefined && /^application\/(?:[\w.-]+\+)?json$/.test(type);
}

function isHtml(type: string): boolean {
  return type === "text/html" || type === "application/xhtml+xml";
}

/** From the header, where it has the data centre as well; else from the page. Nothing that does not look like one is passed on. */
function ray(headers: HeaderFields, text: string): { readonly rayId?: string } {
  const header = /^[0-9a-f]{16,20}(?:-[A-Z]{3})?$/.exec(one(headers["cf-ray"]) ?? "")?.[0];
  const rayId = header ?? /\bRay ID:\s{0,20}(?:<\w{1,20}[^>]{0,200}>\s{0,20})?([0-9a-f]{16,20})\b/i.exec(text)?.[1];
  return rayId === undefined ? {} : { rayId };
}

function titleOf(text: string): { readonly title?: string } {
  const title = /<title[^>]{0,200}>([^<]{1,500})/i
    .exec(text)?.[1]
    ?.replace(/[^\p{L}\p{N}\p{P}\p{Zs}|+]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 80);
  return title === undefined || title === "" ? {} : { title };
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "object" ? header[0] : header;
}
