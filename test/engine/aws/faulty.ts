import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";

/** AWS's API by way of somebody who refuses single actions, as AWS refuses them. */
export class FaultyApi {
  /** Actions that are refused, each once: `AttachInternetGateway`, or for S3 method and query, as `PUT ?tagging`. */
  readonly refused = new Set<string>();
  /** What was asked for, in order. */
  readonly asked: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly behind: string,
  ) {
    server.on("request", (incoming: IncomingMessage, answer: ServerResponse) => {
      this.pass(incoming, answer).catch(() => answer.destroy());
    });
  }

  static async start(behind: string): Promise<FaultyApi> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FaultyApi(server, behind);
  }

  get url(): string {
    const address = this.server.address();
    if (typeof address !== "object" || address === null) throw new Error("the API is closed");
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  private async pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const action = actionOf(incoming, body.toString());
    this.asked.push(action);
    if (this.refused.delete(action)) {
      answer.writeHead(403, { "content-type": "text/xml" });
      answer.end(refusal(action));
      return;
    }
    const { method = "GET", url = "/", headers } = incoming;
    const sent = request(new URL(url, this.behind), { method, headers, agent: false, timeout: 60_000 });
    sent.on("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    sent.on("error", () => answer.destroy());
    sent.end(body);
  }
}

/** EC2 and IAM name the action in the body, the others by method and path. */
function actionOf({ method = "", url = "" }: IncomingMessage, body: string): string {
  const named = new URLSearchParams(body).get("Action");
  if (named !== null) return named;
  const { pathname, search } = new URL(url, "http://a");
  const [, version = "", kind = ""] = /^\/(2013-04-01)\/(\w+)/.exec(pathname) ?? [];
  if (version !== "") return `${method} ${kind}`;
  const [key] = new URLSearchParams(search).keys();
  return key === undefined ? method : `${method} ?${key}`;
}

/** All of them read this: EC2 by `Errors`, the others by `Error`. */
function refusal(action: string): string {
  const error = `<Error><Code>UnauthorizedOperation</Code><Message>You are not authorized: ${action}</Message></Error>`;
  return `<?xml version="1.0"?><Response><Errors>${error}</Errors>${error}<RequestID>1</RequestID></Response>`;
}
