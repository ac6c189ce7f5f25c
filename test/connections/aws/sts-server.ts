import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as STS gets it. */
export interface StsRequest {
  readonly action: string;
  /** In which the request was signed. */
  readonly region: string;
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

export type StsAnswer = (response: ServerResponse, request: StsRequest) => void;

/** What AWS answers and moto does not: in the words of AWS's documentation, over HTTP on loopback. */
export class StsServer {
  readonly asked: StsRequest[] = [];
  /** The access keys with which requests to whichever service were signed. */
  readonly signers: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(answer: StsAnswer): Promise<StsServer> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const parameters = Object.fromEntries(new URLSearchParams(Buffer.concat(pieces).toString()));
        const [, accessKeyId = "", region = ""] =
          /Credential=([^/]+)\/\d+\/([^/]+)\/sts\//.exec(request.headers.authorization ?? "") ?? [];
        const signer = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1];
        if (signer !== undefined) self.signers.push(signer);
        const token = request.headers["x-amz-security-token"];
        const asked = {
          action: parameters.Action ?? "",
          region,
          accessKeyId,
          sessionToken: typeof token === "string" ? token : undefined,
          parameters,
        };
        self.asked.push(asked);
        answer(response, asked);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const self = new StsServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return self;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

const namespace = `xmlns="https://sts.amazonaws.com/doc/2011-06-15/"`;
const requestId = "c6104cbe-af31-11e0-8154-cbc7ccf896c7";
export const account = "123456789012";

export function xml(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "text/xml", "x-amzn-requestid": requestId, ...headers }).end(body);
}

/** An error in AWS's own form. */
export function refuse(status: number, code: string, message: string, headers: Record<string, string> = {}): StsAnswer {
  return (response) => {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    xml(
      response,
      status,
      `<ErrorResponse ${namespace}>${error}<RequestId>${requestId}</RequestId></ErrorResponse>`,
      headers,
    );
  };
}

export const identity: StsAnswer = (response, { sessionToken }) => {
  const arn =
    sessionToken === undefined
      ? `arn:aws:iam::${account}:user/deployer`
      : `arn:aws:sts::${account}:assumed-role/deploy4me/deploy4me`;
  const result = `<Arn>${arn}</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>${account}</Account>`;
  xml(
    response,
    200,
    `<GetCallerIdentityResponse ${namespace}><GetCallerIdentityResult>${result}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
  );
};

/** @param nth which session it is: its key ends with it */
export function session(response: ServerResponse, nth: number, expiration: Date): void {
  const credentials = `<AccessKeyId>ASIAIOSFODNN7EXAMP${String(nth).padStart(2, "0")}</AccessKeyId><SecretAccessKey>canary-secret-${nth}</SecretAccessKey><SessionToken>canary-token-${nth}</SessionToken><Expiration>${expiration.toISOString()}</Expiration>`;
  const user = `<AssumedRoleUser><Arn>arn:aws:sts::${account}:assumed-role/deploy4me/deploy4me</Arn><AssumedRoleId>AROA3XFRBF535PLBIFPI4:deploy4me</AssumedRoleId></AssumedRoleUser>`;
  xml(
    response,
    200,
    `<AssumeRoleResponse ${namespace}><AssumeRoleResult><Credentials>${credentials}</Credentials>${user}</AssumeRoleResult></AssumeRoleResponse>`,
  );
}
