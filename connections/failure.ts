import { ApiProblem, type Asked, nameOf } from "./problem";

/** Why there is no answer. */
export interface Failure {
  /** `unreachable`: no connection, so nothing was sent. `lost`: it broke, and the request may have arrived. `timeout`: likewise, and nobody answered. */
  readonly kind: "unreachable" | "lost" | "timeout";
  readonly reason: FailureReason;
  /** Node's, undici's or OpenSSL's. */
  readonly code: string;
}

export type FailureReason = "refused" | "dns" | "no-route" | "connect-timeout" | "tls" | "broken" | "no-answer";

/**
 * Of an error that Node's `http`, undici or `fetch` gave.
 * @returns undefined for what is no failure of the network, as a caller's own abort
 */
export function failureOf(error: unknown): Failure | undefined {
  for (const one of chain(error)) {
    const code = codeOf(one);
    if (code === undefined) continue;
    const connecting = "syscall" in one && one.syscall === "connect";
    const reason = (connecting ? whileConnecting[code] : undefined) ?? reasons[code] ?? byPattern(code);
    if (reason !== undefined) return { kind: kinds[reason], reason, code };
  }
  return undefined;
}

/** @returns undefined for what is no failure of the network */
export function problemOfFailure(error: unknown, asked: Asked): ApiProblem | undefined {
  const failure = failureOf(error);
  if (failure === undefined) return undefined;
  const details = { transient: failure.reason !== "tls", cause: error };
  const what = nameOf(asked);
  switch (failure.kind) {
    case "unreachable":
      return new ApiProblem("UNREACHABLE", asked, `${what} was not sent: ${unreachable(failure)}`, details);
    case "lost":
      return new ApiProblem(
        "CONNECTION_LOST",
        asked,
        `The connection to DigitalOcean's API broke before ${what} was answered (${failure.code}). Check this machine's network and try again.`,
        details,
      );
    case "timeout":
      return new ApiProblem(
        "TIMEOUT",
        asked,
        `DigitalOcean's API did not answer ${what} in time. Look at status.digitalocean.com, check this machine's network and try again.`,
        details,
      );
  }
}

/** A sentence with what to do. */
export function unreachable({ reason, code }: Failure): string {
  switch (reason) {
    case "refused":
      return "the address of DigitalOcean's API refuses the connection. Check this machine's network and firewall, and DIGITALOCEAN_API_URL where it is set.";
    case "dns":
      return `the name of DigitalOcean's API can't be resolved (${code}). Check this machine's network and DNS, and DIGITALOCEAN_API_URL where it is set.`;
    case "tls":
      return `the certificate that is shown in place of DigitalOcean's is not to be trusted (${code}). See whether a proxy of your network stands in between, and whether this machine's clock is right.`;
    default:
      return `there is no connection to DigitalOcean's API (${code}). Check this machine's network and firewall.`;
  }
}

const kinds: Readonly<Record<FailureReason, Failure["kind"]>> = {
  refused: "unreachable",
  dns: "unreachable",
  "no-route": "unreachable",
  "connect-timeout": "unreachable",
  tls: "unreachable",
  broken: "lost",
  "no-answer": "timeout",
};

const reasons: Readonly<Record<string, FailureReason>> = {
  ECONNREFUSED: "refused",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EHOSTUNREACH: "no-route",
  ENETUNREACH: "no-route",
  EADDRNOTAVAIL: "no-route",
  UND_ERR_CONNECT_TIMEOUT: "connect-timeout",
  UND_ERR_HEADERS_TIMEOUT: "no-answer",
  UND_ERR_BODY_TIMEOUT: "no-answer",
  // A connection that was there: the kernel gave up waiting for acknowledgements.
  ETIMEDOUT: "no-answer",
  TimeoutError: "no-answer",
  HTTPParserError: "broken",
  ECONNRESET: "broken",
  EPIPE: "broken",
  UND_ERR_SOCKET: "broken",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "broken",
  EPROTO: "tls",
};

const whileConnecting: Readonly<Record<string, FailureReason>> = { ETIMEDOUT: "connect-timeout" };

/** Node's names of what OpenSSL finds wrong with a certificate (nodejs.org/api/tls.html, «X509 certificate error codes»), and of TLS itself. */
const distrust = [
  /^(CERT|UNABLE_TO|ERROR_IN_CERT|DEPTH_ZERO|SELF_SIGNED|ERR_TLS|ERR_SSL|ERR_OSSL)_/,
  /^(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/,
];

function byPattern(code: string): FailureReason | undefined {
  if (distrust.some((pattern) => pattern.test(code))) return "tls";
  // What came was no HTTP.
  return code.startsWith("HPE_") ? "broken" : undefined;
}

/**
 * An error and what is behind it: `fetch` hides the cause, and a name with several addresses fails once for each. By their shape, because errors
 * of another realm are no `Error` here.
 */
function* chain(error: unknown, depth = 0): Generator<ErrorLike> {
  if (!isErrorLike(error) || depth > 5) return;
  yield error;
  if ("cause" in error) yield* chain(error.cause, depth + 1);
  if ("errors" in error && Array.isArray(error.errors)) for (const one of error.errors) yield* chain(one, depth + 1);
}

interface ErrorLike {
  readonly name: string;
  readonly message: string;
}

function isErrorLike(error: unknown): error is ErrorLike {
  if (typeof error !== "object" || error === null || !("name" in error) || !("message" in error)) return false;
  return typeof error.name === "string" && typeof error.message === "string";
}

/** Errors that are told by their name: of `AbortSignal.timeout`, and of undici when what comes is no HTTP. */
const named: ReadonlySet<string> = new Set(["TimeoutError", "HTTPParserError"]);

function codeOf(error: ErrorLike): string | undefined {
  if ("code" in error && typeof error.code === "string" && /^\w{1,60}$/.test(error.code)) return error.code;
  return named.has(error.name) ? error.name : undefined;
}
