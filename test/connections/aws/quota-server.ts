import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

import { z } from "zod";

/** A question to Service Quotas, as it came. */
export interface Question {
  readonly code: string;
  readonly service: string;
  /** `AKIA…/20260101/eu-central-1/servicequotas/aws4_request` */
  readonly credential: string;
  readonly token: string | undefined;
}

export type Answer = (response: ServerResponse, question: Question) => void;

/**
 * Service Quotas in front of moto, which knows no quota of EC2's: it is answered here, in the words of AWS's documentation, and everything else
 * by moto. Single actions of EC2 can be refused.
 */
export class QuotaServer {
  readonly asked: Question[] = [];
  /** Of EC2: these may not be asked. */
  readonly denied = new Set<string>();

  private constructor(
    private readonly server: Server,
    private readonly behind: string,
    public answer: Answer,
  ) {}

  static async open(behind: string, answer: Answer): Promise<QuotaServer> {
    const server = createServer((incoming, response) => {
      self.take(incoming, response).catch(() => response.destroy());
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const self = new QuotaServer(server, behind, answer);
    return self;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { headers, method = "GET", url = "/" } = incoming;
    if (headers["x-amz-target"] === "ServiceQuotasV20190624.GetServiceQuota") {
      const { ServiceCode, QuotaCode } = questionSchema.parse(JSON.parse(body.toString()));
      const [, credential = ""] = /Credential=([^,]+),/.exec(headers.authorization ?? "") ?? [];
      const token = headers["x-amz-security-token"];
      const question = { code: QuotaCode, service: ServiceCode, credential, token: token?.toString() };
      this.asked.push(question);
      this.answer(response, question);
      return;
    }
    const action = new URLSearchParams(body.toString()).get("Action") ?? "";
    if (this.denied.has(action)) {
      const error = `<Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation.</Message></Error>`;
      response.writeHead(403, { "content-type": "text/xml" }).end(`<Response><Errors>${error}</Errors></Response>`);
      return;
    }
    const passed = request(new URL(url, this.behind), { method, headers, agent: false, timeout: 30_000 });
    passed.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    passed.end(body);
  }
}

const questionSchema = z.object({ ServiceCode: z.string(), QuotaCode: z.string() });

/** As in the API reference's example of GetServiceQuota. */
export function quotas(values: Readonly<Record<string, number>>): Answer {
  return (response, { service, code }) => {
    const value = values[`${service}/${code}`];
    if (value === undefined) refused(400, "NoSuchResourceException", "no")(response, { service, code } as Question);
    else json(response, 200, { Quota: { ServiceCode: service, QuotaCode: code, Value: value, Unit: "None" } });
  };
}

export function refused(status: number, type: string, message: string): Answer {
  return (response) => {
    json(response, status, { __type: type, Message: message });
  };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(value));
}
