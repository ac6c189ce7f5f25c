import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What happens to the next token requests on their way. */
export type Passage =
  | "pass"
  /** The connection breaks before the authorization server has seen the request. */
  | "lose-request"
  /** It breaks when the authorization server has answered. */
  | "lose-answer"
  /** A page for robots comes from what stands in front of the authorization server. */
  | "challenge"
  | "unavailable";

/** Stands between a client and the authorization server, counts requests, and holds or loses them. */
export class TokenGate {
  passage: Passage = "pass";
  /** Requests that have arrived here. */
  arrived = 0;
  private held: Promise<void> | undefined;
  private readonly server: Server;
  private readonly waiting: (() => void)[] = [];

  private constructor(private readonly origin: string) {
    this.server = createServer((incoming, outgoing) => {
      this.handle(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
  }

  static async open(origin: string): Promise<TokenGate> {
    const gate = new TokenGate(origin);
    gate.server.listen(0, "127.0.0.1");
    await once(gate.server, "listening");
    return gate;
  }

  get oauthUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/oauth`;
  }

  /** Keeps answers back until it is called. */
  hold(): () => void {
    let release!: () => void;
    this.held = new Promise((resolve) => (release = resolve));
    return () => {
      this.held = undefined;
      release();
    };
  }

  /** Resolves when the next request has arrived. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    this.arrived++;
    const { passage } = this;
    const body = await buffer(incoming);
    for (const tell of this.waiting.splice(0)) tell();
    if (passage === "lose-request") return void incoming.socket.destroy();
    if (passage === "unavailable") return void outgoing.writeHead(503, json).end('{"error":"server_error"}');
    if (passage === "challenge")
      return void outgoing.writeHead(403, { "content-type": "text/html", "cf-mitigated": "challenge" }).end("<html>");
    const { method, url, headers } = incoming;
    const upstream = request(`${this.origin}${url ?? ""}`, { method, headers: { ...headers, connection: "close" } });
    upstream.end(body);
    const [answer] = (await once(upstream, "response")) as [IncomingMessage];
    const content = await buffer(answer);
    await this.held;
    if (passage === "lose-answer") return void incoming.socket.destroy();
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(content);
  }
}

const json = { "content-type": "application/json" };
