import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived at the API. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An API that answers as a test says, for what the sandbox never does. */
export class Scripted {
  readonly arrived: Arrived[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(answer: (response: ServerResponse, request: Arrived, nth: number) => void): Promise<Scripted> {
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        answer(
          response,
          scripted.arrived[scripted.arrived.push({ method, url, headers, body }) - 1]!,
          scripted.arrived.length,
        );
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const scripted = new Scripted(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return scripted;
  }

  async close(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

export function sendJson(
  response: ServerResponse,
  value: object,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}
