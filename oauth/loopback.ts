import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import type { Application } from "./applications";
import { atWork, linkUsed, type LoopbackPage, notHere, pageHeaders, renderPage, wentWrong } from "./loopback-pages";

/** What to make of a request that came to the redirect URI. */
export interface Verdict {
  readonly page: LoopbackPage;
  /** False: it was not the answer that is waited for, as when somebody else knocks. The next one may be. */
  readonly final: boolean;
}

export type Judge = (parameters: URLSearchParams) => Promise<Verdict>;

/** A small server on loopback to which the browser is sent back (RFC 8252, section 7.3). */
export interface LoopbackReceiver {
  /** One of the application's, with the port that was found. */
  readonly redirectUri: string;
  /**
   * An address here that leads on to a link, once. It is for handing to a browser: a program's arguments are there for everybody on the
   * machine to read, and with this one nobody can follow the link a second time.
   */
  leadTo(link: string): string;
  /**
   * Waits for the one request that is final, and closes. What comes to another path or name, or with another method, is turned away.
   * @param judge gets its query
   * @throws LoopbackTimeout
   */
  receive(judge: Judge): Promise<void>;
  close(): Promise<void>;
}

/** How long the account's owner may take, in milliseconds: as long as the authorization is waited for. */
const patience = 600_000;

/**
 * Opens a receiver at the first of the application's redirect URIs that is on loopback and free. A public client's without a port gets
 * one that is free.
 * @param timeoutMs default: ten minutes
 * @throws LoopbackUnavailable
 */
export async function openLoopback(application: Application, timeoutMs = patience): Promise<LoopbackReceiver> {
  const candidates = loopbackUris(application);
  for (const uri of candidates) {
    const receiver = await listen(uri, timeoutMs);
    if (receiver !== undefined) return receiver;
  }
  throw new LoopbackUnavailable(application.name, candidates);
}

/** The browser can't be sent back to this machine. */
export class LoopbackUnavailable extends Error {
  override readonly name = "LoopbackUnavailable";
  readonly code = "LOOPBACK_UNAVAILABLE";

  constructor(
    readonly application: string,
    /** Where somebody else listens already. */
    readonly taken: readonly string[],
  ) {
    super(
      taken.length === 0
        ? `the application «${application}» has no redirect URI on this machine: register http://127.0.0.1:3000/oauth/callback for it, ` +
            "or, if it has no secret, http://127.0.0.1/oauth/callback."
        : `something else on this machine listens where the application «${application}» is sent back to (${taken.join(", ")}): end that, ` +
            "or register another redirect URI.",
    );
  }
}

/** Nobody came back in time. */
export class LoopbackTimeout extends Error {
  override readonly name = "LoopbackTimeout";
  readonly code = "LOOPBACK_TIMEOUT";

  constructor(timeoutMs: number) {
    const minutes = Math.round(timeoutMs / 6000) / 10;
    super(`the account's owner did not come back within ${minutes} minutes. Run the command again to be asked again.`);
  }
}

/** By address first: `localhost` may lead elsewhere (RFC 8252, section 8.3). */
function loopbackUris({ redirectUris, isPublic }: Application): readonly string[] {
  const usable = redirectUris.filter((uri) => {
    const { protocol, hostname, port, search, hash } = new URL(uri);
    return protocol === "http:" && hosts.has(hostname) && search === "" && hash === "" && (port !== "" || isPublic);
  });
  const order = [...hosts.keys()];
  return usable.toSorted((a, b) => order.indexOf(new URL(a).hostname) - order.indexOf(new URL(b).hostname));
}

/** Where one listens for each name that a redirect URI on loopback may have. */
const hosts: ReadonlyMap<string, string> = new Map([
  ["127.0.0.1", "127.0.0.1"],
  ["[::1]", "::1"],
  ["localhost", "127.0.0.1"],
]);

/** @returns undefined when the port is taken */
async function listen(uri: string, timeoutMs: number): Promise<LoopbackReceiver | undefined> {
  const { hostname, port } = new URL(uri);
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 });
  server.listen({ host: hosts.get(hostname), port: Number(port), exclusive: true });
  try {
    await once(server, "listening");
  } catch (error) {
    if (isUnusable(error)) return undefined;
    throw error;
  }
  return new Receiver(server, withPort(uri, server), timeoutMs);
}

function isUnusable(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("code" in error)) return false;
  return ["EADDRINUSE", "EACCES", "EADDRNOTAVAIL"].includes(String(error.code));
}

function withPort(uri: string, server: Server): string {
  const { port, hostname } = new URL(uri);
  const address = server.address();
  if (port !== "" || address === null || typeof address === "string") return uri;
  const origin = `http://${hostname}`;
  return `${origin}:${address.port}${uri.slice(origin.length)}`;
}

class Receiver implements LoopbackReceiver {
  private readonly host: string;
  private readonly path: string;
  private link: { readonly path: string; to: string | undefined } | undefined;
  private judge: Judge | undefined;
  /** One is judged at a time. */
  private busy = false;
  private readonly ended: Promise<void>;
  private end!: (error?: Error) => void;

  constructor(
    private readonly server: Server,
    readonly redirectUri: string,
    timeoutMs: number,
  ) {
    const url = new URL(redirectUri);
    this.host = url.host;
    this.path = url.pathname;
    this.ended = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.end(new LoopbackTimeout(timeoutMs));
      }, timeoutMs);
      this.end = (error) => {
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    // It may be closed before anybody waits.
    this.ended.catch(() => undefined);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.handle(request, response).catch((error: unknown) => {
        this.end(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  leadTo(link: string): string {
    this.link = { path: `/start/${randomBytes(32).toString("base64url")}`, to: link };
    return new URL(this.link.path, this.redirectUri).href;
  }

  async receive(judge: Judge): Promise<void> {
    this.judge = judge;
    try {
      await this.ended;
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.end();
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = "", ...query] = (request.url ?? "").split("?");
    // Under another name it would be somebody else's page that a browser takes for ours (DNS rebinding).
    if (request.method !== "GET" || request.headers.host !== this.host) return show(response, 404, notHere);
    if (this.link !== undefined && isSame(path, this.link.path)) return this.lead(response, this.link);
    if (path !== this.path || this.judge === undefined) return show(response, 404, notHere);
    if (this.busy) return show(response, 409, atWork);
    this.busy = true;
    const { page, final } = await this.judged(this.judge, new URLSearchParams(query.join("?")), response);
    this.busy = final;
    await show(response, page.good ? 200 : 400, page);
    if (final) this.end();
  }

  private async judged(judge: Judge, parameters: URLSearchParams, response: ServerResponse): Promise<Verdict> {
    try {
      return await judge(parameters);
    } catch (error) {
      await show(response, 500, wentWrong);
      throw error;
    }
  }

  private lead(response: ServerResponse, link: { to: string | undefined }): Promise<void> {
    const { to } = link;
    link.to = undefined;
    return to === undefined ? show(response, 410, linkUsed) : answer(response, 302, { location: to }, "");
  }
}

function show(response: ServerResponse, status: number, page: LoopbackPage): Promise<void> {
  return answer(response, status, {}, renderPage(page));
}

/** Returns when it is on its way, or the browser is gone. */
function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<void> {
  return new Promise((resolve) => {
    response.on("close", resolve);
    response.writeHead(status, { ...pageHeaders, ...headers }).end(body);
  });
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
