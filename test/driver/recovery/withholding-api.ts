import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** AWS's API by way of somebody who, from a moment on, answers nothing that changes anything: what is asked for is made all the same, or is not. */
export class WithholdingApi {
  private readonly unanswered = new Set<ServerResponse>();
  private left: number | undefined;
  private withheld = 0;
  private carrying = 0;

  private constructor(
    private readonly server: Server,
    private readonly behind: string,
    private readonly isCarriedOut: () => boolean,
  ) {
    server.on("request", (incoming: IncomingMessage, answer: ServerResponse) => {
      this.pass(incoming, answer).catch(() => answer.destroy());
    });
  }

  /** @param isCarriedOut of each change that gets no answer, whether it comes about */
  static async start(behind: string, isCarriedOut: () => boolean): Promise<WithholdingApi> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new WithholdingApi(server, behind, isCarriedOut);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @param after so many changes are answered before */
  withhold(after: number): void {
    this.left = after;
    this.withheld = 0;
  }

  /** How many changes wait for their answers. */
  get waiting(): number {
    return this.withheld;
  }

  /** How many of those are being carried out at this moment. */
  get underWay(): number {
    return this.carrying;
  }

  /** Whoever waits still is dead. */
  answerAgain(): void {
    this.left = undefined;
    for (const one of this.unanswered) one.destroy();
    this.unanswered.clear();
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  private async pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const isWithheld = this.left !== undefined && isChange(incoming, body.toString()) && this.left-- <= 0;
    if (isWithheld) {
      this.withheld++;
      this.unanswered.add(answer);
      if (!this.isCarriedOut()) return;
    }
    const { method = "GET", url = "/", headers } = incoming;
    const sent = request(new URL(url, this.behind), { method, headers, agent: false });
    if (isWithheld) {
      this.carrying++;
      sent.once("close", () => this.carrying--);
    }
    sent.on("response", (response) => {
      if (isWithheld) {
        response.resume();
        return;
      }
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    sent.on("error", () => answer.destroy());
    sent.end(body);
  }
}

/** EC2 and IAM name the action in the body, the others by method. */
function isChange({ method = "" }: IncomingMessage, body: string): boolean {
  const action = new URLSearchParams(body).get("Action");
  return action === null ? method !== "GET" && method !== "HEAD" : !/^(?:Describe|Get|List)/.test(action);
}
