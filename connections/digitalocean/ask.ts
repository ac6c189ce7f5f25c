import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import { type Answer, type HeaderFields, type RawAnswer, readAnswer } from "../answer";
import { type Failure, failureOf } from "../failure";
import { problemOf } from "../problem";

/** What came of a GET: an answer, or the reason why there is none. */
export type Reply =
  | { readonly kind: "answer"; readonly status: number; readonly headers: HeaderFields; readonly answer: Answer }
  | { readonly kind: "failure"; readonly failure: Failure };

export interface AskerOptions {
  /** May stand in a header. */
  readonly token: string;
  /** For everything that is asked, in milliseconds; each attempt has half of it. */
  readonly timeoutMs: number;
  /** Bytes; an answer that is longer is cut off there. Default: 1 MiB. */
  readonly longestBody?: number;
  /** Ends everything that is being asked. Default: only the time does. */
  readonly signal?: AbortSignal;
}

/** Before the second and the third attempt, in milliseconds. */
const pauses = [200, 800];

/** What is asked for is small; a page that goes on for ever is cut off here. */
const usualLongestBody = 1024 * 1024;

/** Asks an API a few questions with one token, within one time. */
export class Asker {
  private readonly deadline: AbortSignal;
  private readonly agents = new Map<string, http.Agent>();

  constructor(private readonly options: AskerOptions) {
    const { timeoutMs, signal } = options;
    const deadline = AbortSignal.timeout(timeoutMs);
    this.deadline = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  }

  /**
   * Asks, and asks again after what passes by itself, but not after a challenge, a block or 429: who is asked to stay away stays away.
   * Redirects are not followed: the token would go elsewhere.
   */
  async get(url: URL): Promise<Reply> {
    for (let attempt = 0; ; attempt++) {
      const reply = await this.attempt(url);
      const pause = pauses[attempt];
      if (pause === undefined || !isWorthAnother(reply)) return reply;
      await sleep(pause, undefined, { signal: this.deadline }).catch(() => undefined);
      if (this.deadline.aborted) return reply;
    }
  }

  /** Deletes something, once. */
  delete(url: URL): Promise<Reply> {
    return this.attempt(url, "DELETE");
  }

  close(): void {
    for (const agent of this.agents.values()) agent.destroy();
  }

  private async attempt(url: URL, method: "GET" | "DELETE" = "GET"): Promise<Reply> {
    const signal = AbortSignal.any([this.deadline, AbortSignal.timeout(this.options.timeoutMs / 2)]);
    try {
      const raw = await this.exchange(url, method, signal);
      return { kind: "answer", status: raw.status, headers: raw.headers, answer: readAnswer(raw) };
    } catch (error) {
      // Whatever else the network may think of.
      const other: Failure = { kind: "lost", reason: "broken", code: "UNKNOWN" };
      return { kind: "failure", failure: failureOf(error) ?? other };
    }
  }

  private async exchange(url: URL, method: "GET" | "DELETE", signal: AbortSignal): Promise<RawAnswer> {
    const { request } = url.protocol === "https:" ? https : http;
    const headers = {
      authorization: `Bearer ${this.options.token}`,
      accept: "application/json",
      "user-agent": "deploy4me",
    };
    const sent = request(url, { method, agent: this.agentFor(url), headers, signal });
    // After the answer began, what goes wrong is told by the answer too.
    sent.on("error", () => undefined);
    sent.end();
    const [response] = (await once(sent, "response", { signal })) as [http.IncomingMessage];
    const { statusCode: status = 0 } = response;
    return { method, status, headers: response.headers, ...(await this.bodyOf(response, signal)) };
  }

  private async bodyOf(
    response: http.IncomingMessage,
    signal: AbortSignal,
  ): Promise<Pick<RawAnswer, "body" | "complete">> {
    const { longestBody = usualLongestBody } = this.options;
    const pieces: Buffer[] = [];
    let length = 0;
    try {
      for await (const piece of response as AsyncIterable<Buffer>) {
        pieces.push(piece);
        length += piece.length;
        if (length > longestBody) return { body: Buffer.concat(pieces), complete: false };
      }
      return { body: Buffer.concat(pieces), complete: response.complete };
    } catch {
      // Of a broken connection, what came is looked at; who is too slow is not there.
      if (signal.aborted) throw signal.reason;
      return { body: Buffer.concat(pieces), complete: false };
    }
  }

  private agentFor({ protocol, hostname }: URL): http.Agent {
    const local = isLoopback(hostname);
    const key = `${protocol} ${local}`;
    const known = this.agents.get(key);
    if (known !== undefined) return known;
    const { Agent } = protocol === "https:" ? https : http;
    const made = new Agent({ keepAlive: true, ...(local ? {} : { proxyEnv: process.env }) });
    this.agents.set(key, made);
    return made;
  }
}

/** No proxy is asked for what is on this machine: a guard, a sandbox. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function isWorthAnother(reply: Reply): boolean {
  if (reply.kind === "failure") return reply.failure.reason !== "tls";
  const { answer, status } = reply;
  if (answer.kind === "challenge" || answer.kind === "block") return false;
  if (answer.kind === "json") return status >= 500;
  return problemOf(answer, { method: "GET", path: "/" })?.retryable === true;
}
