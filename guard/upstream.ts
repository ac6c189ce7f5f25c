import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";

import { failureOf, problemOfFailure, unreachable } from "../connections/failure";
import { ApiProblem, type Asked, nameOf } from "../connections/problem";
import type { GuardedRequest } from "./exchange";
import { requestHeaders } from "./pipeline/headers";
import { marking, type Sending } from "./pipeline/sending";

/** Milliseconds. */
export interface UpstreamTimeouts {
  /** Until the connection stands, TLS included. Default: 10 s. */
  readonly connect: number;
  /** From the request to the head of the answer. Default: 60 s. */
  readonly headers: number;
  /** Between two parts of an answer's body. Default: 30 s. */
  readonly body: number;
  /** For the whole of an answer that is held back to be checked. Default: 3 minutes. */
  readonly answer: number;
}

export const defaultTimeouts: UpstreamTimeouts = { connect: 10_000, headers: 60_000, body: 30_000, answer: 180_000 };

/** The API, over connections that are kept open. */
export class Upstream {
  private readonly dispatcher: Dispatcher;
  private readonly marked: Dispatcher;
  /** What stands before each path; empty for an API at the root. */
  private readonly prefix: string;

  constructor(
    private readonly url: URL,
    readonly timeouts: UpstreamTimeouts,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.prefix = url.pathname.replace(/\/+$/, "");
    this.dispatcher = dispatcherFor(url, timeouts, environment);
    this.marked = this.dispatcher.compose(marking);
  }

  /**
   * Sends a request once.
   * @returns the head of the answer; its body has to be read or destroyed
   * @throws ApiProblem: UNREACHABLE when nothing was sent, TIMEOUT or CONNECTION_LOST when it may have arrived
   * @throws the signal's reason when it is aborted
   */
  async exchange(request: GuardedRequest, token: string): Promise<Dispatcher.ResponseData<Sending>> {
    const sending: Sending = { begun: false };
    try {
      return await this.marked.request<Sending>({
        origin: this.url.origin,
        path: `${this.prefix}${request.path}${request.query}`,
        // One of those that pass the guard's door.
        method: request.method,
        headers: requestHeaders(request.headers, token),
        body: request.body.length === 0 ? null : request.body,
        signal: request.signal,
        opaque: sending,
      });
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      throw connectionProblem(error, request, sending.begun);
    }
  }

  /** Ends all connections; answers that are still awaited break off. */
  close(): Promise<void> {
    return this.dispatcher.destroy();
  }
}

/** Far more than pacing lets through at once: what waits here would be a wait that nobody sees. */
const connections = 64;

function dispatcherFor(url: URL, timeouts: UpstreamTimeouts, environment: NodeJS.ProcessEnv): Dispatcher {
  const options = {
    connections,
    pipelining: 1,
    // An answer that ends early is told apart by the connection that ends with it.
    allowH2: false,
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    keepAliveTimeout: 30_000,
    maxHeaderSize: 64 * 1024,
  };
  const proxy = (name: string): string | undefined => {
    const value = environment[name] ?? environment[name.toUpperCase()];
    return value === undefined || value === "" ? undefined : value;
  };
  const [httpProxy, httpsProxy, noProxy] = ["http_proxy", "https_proxy", "no_proxy"].map(proxy);
  if (isLoopback(url.hostname) || (httpProxy === undefined && httpsProxy === undefined))
    return new Pool(url.origin, options);
  return new EnvHttpProxyAgent({
    ...options,
    proxyTls: { timeout: timeouts.connect },
    requestTls: { timeout: timeouts.connect },
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  });
}

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

/**
 * What a failed connection means for the request that was on it, also while its answer is read.
 * @param begun whether the request was written: what fails before that, never arrived
 */
export function connectionProblem(error: unknown, asked: Asked, begun: boolean): ApiProblem {
  const failure = failureOf(error) ?? { kind: "lost", reason: "broken", code: "UNKNOWN" };
  if (!begun) {
    const { transient, sentence } = { transient: failure.reason !== "tls", sentence: unreachable(failure) };
    return new ApiProblem("UNREACHABLE", asked, `${nameOf(asked)} was not sent: ${sentence}`, {
      transient,
      cause: error,
    });
  }
  const problem = problemOfFailure(error, asked);
  if (problem !== undefined && problem.code !== "UNREACHABLE") return problem;
  return new ApiProblem(
    "CONNECTION_LOST",
    asked,
    `The connection to DigitalOcean's API broke before ${nameOf(asked)} was answered (${failure.code}). Check this machine's network and try again.`,
    { transient: true, cause: error },
  );
}
