import { failureOf, type FailureReason } from "../failure";
import type { ClockSkew, NetworkDown } from "../verdict";
import type { Refusal } from "./refused";

/** What was asked of AWS when an error came. */
export interface AskedOfAws {
  /** `sts:GetCallerIdentity` */
  readonly action: string;
  readonly region: string;
  /** When the credentials expire, where that is known. */
  readonly expires?: Date | undefined;
  readonly now: Date;
}

/**
 * What an error of the AWS SDK says about the connection.
 *
 * Codes are of the API's «Common Errors» and of AssumeRole (docs.aws.amazon.com/STS/latest/APIReference), with the names that other AWS services
 * and older versions have for the same.
 */
export function refusalOf(error: unknown, { action, region, expires, now }: AskedOfAws): Refusal {
  const failure = failureOf(error);
  if (failure !== undefined) return networkDown(failure.reason, failure.code);
  const { name, message, status, retryAfter } = saidBy(error);
  const skew = skewIn(message);
  if (skew !== undefined) return skew;
  if (skewCodes.has(name)) return { kind: "clock-skew", seconds: 0 };
  if (name === "AbortError") return networkDown("no-answer", "TIMEOUT");
  if (name === "CredentialsProviderError") return { kind: "no-credentials" };
  if (/^ExpiredToken(Exception)?$/.test(name)) return { kind: "expired", at: earlier(expires, now) };
  if (name === "RegionDisabledException" || name === "OptInRequired") return { kind: "region-not-enabled", region };
  if (revoked.has(name)) return { kind: "revoked" };
  if (denied.has(name)) return { kind: "denied", action: actionIn(message) ?? action };
  if (limited.has(name) || status === 429)
    return { kind: "rate-limited", until: new Date(now.getTime() + 1000 * (retryAfter ?? 30)) };
  if (status !== undefined && status >= 500)
    return { kind: "provider-down", status, cause: `it answers with ${status}` };
  if (message.includes("Deserialization error") || status === undefined || (name === "Unknown" && status < 500))
    return {
      kind: "network-down",
      reason: "broken",
      cause: `what came${status === undefined ? "" : ` with status ${status}`} is not AWS's answer, so a proxy or sign-in page of the network may stand in between`,
    };
  return {
    kind: "api-changed",
    operation: action,
    field: "Error.Code",
    problem: `is ${/^\w{1,80}$/.test(name) ? name : "something"}, which is not known here`,
  };
}

const revoked: ReadonlySet<string> = new Set([
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "InvalidAccessKeyId",
  "AuthFailure",
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
  "IncompleteSignature",
  "MissingAuthenticationToken",
]);
const denied: ReadonlySet<string> = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "UnauthorizedOperation",
  "NotAuthorized",
]);
const limited: ReadonlySet<string> = new Set([
  "Throttling",
  "ThrottlingException",
  "RequestLimitExceeded",
  "TooManyRequestsException",
]);
const skewCodes: ReadonlySet<string> = new Set([
  "RequestExpired",
  "RequestInTheFuture",
  "RequestTimeTooSkewed",
  "RequestTimeout",
]);

interface Said {
  readonly name: string;
  readonly message: string;
  readonly status?: number;
  /** Seconds. */
  readonly retryAfter?: number;
}

function saidBy(error: unknown): Said {
  if (typeof error !== "object" || error === null) return { name: "", message: "" };
  const { name, message, $metadata, $response } = error as Readonly<Record<string, unknown>>;
  const status = numberIn($metadata, "httpStatusCode");
  const wait = numberIn(objectIn($response, "headers"), "retry-after");
  return {
    name: typeof name === "string" ? name : "",
    message: typeof message === "string" ? message : "",
    ...(status === undefined ? {} : { status }),
    ...(wait === undefined || wait > 3600 ? {} : { retryAfter: wait }),
  };
}

function objectIn(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function numberIn(value: unknown, name: string): number | undefined {
  const found = objectIn(value, name);
  const number = typeof found === "string" && /^\d{1,9}$/.test(found) ? Number(found) : found;
  return typeof number === "number" ? number : undefined;
}

/** `Signature expired: 20260627T140000Z is now earlier than 20260627T141500Z (20260627T143000Z - 15 min.)`: when it was signed, and in brackets AWS's own time. */
function skewIn(message: string): ClockSkew | undefined {
  const times = /^Signature (?:expired|not yet current): (\w+) .*\((\w+) [-+] \d+ min\.?\)/.exec(message);
  const [signed, theirs] = [timeOf(times?.[1]), timeOf(times?.[2])];
  if (signed === undefined || theirs === undefined) return undefined;
  return { kind: "clock-skew", seconds: Math.round((signed - theirs) / 1000) };
}

function timeOf(text: string | undefined): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "");
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const time = Date.parse(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** `User: arn:… is not authorized to perform: sts:AssumeRole on resource: …` */
function actionIn(message: string): string | undefined {
  return /not authorized to perform: ([a-z0-9-]{1,40}:\w{1,80})\b/i.exec(message)?.[1];
}

function earlier(expires: Date | undefined, now: Date): Date {
  return expires !== undefined && expires < now ? expires : now;
}

function networkDown(reason: FailureReason, code: string): NetworkDown {
  return { kind: "network-down", reason, cause: `${words[reason]} (${code})` };
}

const words: Readonly<Record<FailureReason, string>> = {
  refused: "its address refuses the connection",
  dns: "its name can't be resolved",
  "no-route": "there is no way to its address",
  "connect-timeout": "no connection came about in time",
  tls: "the certificate that is shown in its place is not to be trusted",
  broken: "the connection broke",
  "no-answer": "nobody answered in time",
};
