import { randomBytes, timingSafeEqual } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { join } from "node:path";

import type { AwsCredentials, AwsCredentialSource } from "../connections/aws/credentials";
import { AwsRefused } from "../connections/aws/refused";
import { ReconnectNeeded } from "../connections/credentials";
import { defaultListenerLimits, listen } from "./listener";

export interface AwsCredentialsEndpointOptions {
  /** A folder that only its owner may enter, for the files that clients are pointed to. It has to be there. */
  readonly directory: string;
  /** Where clients work when nothing else says so. */
  readonly region: string;
  /** How long a client waits for credentials at most, in milliseconds. Default: 20,000. */
  readonly timeoutMs?: number;
  readonly clock?: () => Date;
}

/**
 * Gives credentials of AWS to the clients of this machine for as long as they run, however short a session lasts: each asks again
 * before what it has ends. Sessions that another session assumed last an hour at most («role chaining»), and a deployment may
 * take longer.
 *
 * It is the container credentials endpoint (AWS SDKs and Tools Reference Guide, «Container credential provider»), which the SDKs
 * for Go v2 (the official provider's) and JavaScript v3 honour: by HTTP on loopback, with a token that is read from a file. So no
 * secret is in an environment, in arguments or in a state. Without the token nobody on this machine gets an answer.
 * @example
 * const endpoint = await AwsCredentialsEndpoint.open(source, { directory, region: "eu-central-1" });
 * const credentials: GuardCredentials = { mode: "guard", environment: (_, signal) => endpoint.environment(signal) };
 */
export class AwsCredentialsEndpoint {
  private readonly token = Buffer.from(`d4m_aws_${randomBytes(32).toString("hex")}`);
  private readonly files: { readonly token: string; readonly empty: string };
  private readonly clock: () => Date;
  private url = "";
  private server: Server | undefined;

  private constructor(
    private readonly source: AwsCredentialSource,
    private readonly options: AwsCredentialsEndpointOptions,
  ) {
    const id = randomBytes(8).toString("hex");
    const { directory } = options;
    this.files = { token: join(directory, `aws-${id}.token`), empty: join(directory, `aws-${id}.empty`) };
    this.clock = options.clock ?? (() => new Date());
  }

  static async open(
    source: AwsCredentialSource,
    options: AwsCredentialsEndpointOptions,
  ): Promise<AwsCredentialsEndpoint> {
    const endpoint = new AwsCredentialsEndpoint(source, options);
    const { server, port } = await listen((request, response) => {
      void endpoint.answer(request, response);
    }, defaultListenerLimits);
    endpoint.server = server;
    endpoint.url = `http://127.0.0.1:${port}/credentials`;
    writeFileSync(endpoint.files.token, endpoint.token, { mode: 0o600, flag: "wx" });
    writeFileSync(endpoint.files.empty, "", { mode: 0o600, flag: "wx" });
    return endpoint;
  }

  /**
   * What clients are started with. The first credentials are had before: what can't go on without a person is told at once, and
   * clients, which wait a second only, find them there.
   * @throws AwsRefused, ReconnectNeeded
   */
  async environment(signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
    await this.source.current(signal);
    return {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: this.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: this.files.token,
      // What this machine's user has set up for others comes first in every client's chain.
      AWS_CONFIG_FILE: this.files.empty,
      AWS_SHARED_CREDENTIALS_FILE: this.files.empty,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_REGION: this.options.region,
    };
  }

  /** From then on nobody gets an answer; credentials that were given out last until their end. */
  async close(): Promise<void> {
    for (const file of Object.values(this.files)) rmSync(file, { force: true });
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const [status, body] = await this.answerTo(request);
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
  }

  private async answerTo({ method, url, headers }: IncomingMessage): Promise<readonly [number, object]> {
    // A browser can be brought to send a request here under another name, but not with the token.
    if (!this.isKnown(headers.authorization)) return refusal(401, "TICKET_UNKNOWN", "it does not show the token");
    if (method !== "GET" || url !== "/credentials")
      return refusal(404, "REQUEST_REFUSED", "there is nothing else here");
    try {
      const signal = AbortSignal.timeout(this.options.timeoutMs ?? 20_000);
      return [200, this.written(await this.source.current(signal))];
    } catch (error) {
      return failure(error);
    }
  }

  private isKnown(shown: string | undefined): boolean {
    const given = Buffer.from(shown ?? "");
    return given.length === this.token.length && timingSafeEqual(given, this.token);
  }

  /** In the form that both SDKs take: JavaScript's wants every field, also of an access key, which has no token and no end. */
  private written({ accessKeyId, secretAccessKey, sessionToken, expires }: AwsCredentials): object {
    const end = expires ?? new Date(this.clock().getTime() + unending);
    return {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken ?? "",
      Expiration: end.toISOString(),
    };
  }
}

/** After which a client asks again whether an access key is still the right one, in milliseconds. */
const unending = 3_600_000;

function failure(error: unknown): readonly [number, object] {
  if (error instanceof ReconnectNeeded) return refusal(403, error.code, error.message);
  if (error instanceof AwsRefused) return refusal(error.transient ? 503 : 403, error.code, error.message);
  const isLate = typeof error === "object" && error !== null && "name" in error && error.name === "TimeoutError";
  // Whatever else it is, its message may hold anything.
  return refusal(503, "TOKEN_UNAVAILABLE", isLate ? "nobody gave credentials in time" : "there are no credentials now");
}

/** The SDKs look for the one spelling or the other. */
function refusal(status: number, code: string, message: string): readonly [number, object] {
  return [status, { code, message, Code: code, Message: message }];
}
