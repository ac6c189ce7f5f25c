import { once } from "node:events";
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands before moto, which takes any signature: notes who signed, and refuses sessions that have ended, as AWS does. */
export class SigningProxy {
  /** Access keys of the requests, in their order. */
  readonly signers: string[] = [];
  /** Those that are no longer taken. */
  readonly ended = new Set<string>();
  /** How many requests were refused for that. */
  refused = 0;
  /** What a request waits for before it goes on. */
  held: () => Promise<void> = () => Promise.resolve();
  /** Called after each request that came through, with its body. */
  onPassed: (body: string) => void = () => undefined;

  private constructor(
    private readonly server: Server,
    private readonly moto: URL,
  ) {}

  static async open(motoUrl: string): Promise<SigningProxy> {
    const server = createServer((request, response) => {
      proxy.pass(request, response);
    }).listen(0, "127.0.0.1");
    const proxy = new SigningProxy(server, new URL(motoUrl));
    await once(server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private pass(request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const signer = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "nobody";
      this.signers.push(signer);
      if (this.ended.has(signer)) {
        this.refused++;
        const error = "<Error><Code>RequestExpired</Code><Message>Request has expired.</Message></Error>";
        response.writeHead(400, { "content-type": "text/xml" });
        response.end(`<Response><Errors>${error}</Errors><RequestID>1</RequestID></Response>`);
        return;
      }
      const { hostname, port } = this.moto;
      const { method, url: path, headers } = request;
      const onward = ask({ hostname, port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.once("end", () => {
          this.onPassed(Buffer.concat(pieces).toString());
        });
      });
      onward.on("error", () => response.destroy());
      void this.held().then(() => onward.end(Buffer.concat(pieces)));
    });
  }
}
