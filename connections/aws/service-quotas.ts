import type { EC2Client } from "@aws-sdk/client-ec2";
import { z } from "zod";

import { AwsRefused } from "./refused";
import { refusalOf } from "./refusals";

/** A quota by the name that AWS's Service Quotas has for it. */
export interface QuotaName {
  /** `ec2` */
  readonly service: string;
  /** `L-1216C47A` */
  readonly code: string;
}

export interface ServiceQuotasOptions {
  readonly region: string;
  /** Where it is. Default: AWS's own, or what `AWS_ENDPOINT_URL_SERVICE_QUOTAS` or `AWS_ENDPOINT_URL` says. */
  readonly endpoint: string | undefined;
  /**
   * Lends what it signs with, for this is one question, and Service Quotas' own client would be a package for it. It can't be a client that is used
   * otherwise: its signer keeps to the first service that it signed for.
   */
  readonly signer: EC2Client;
  /** In milliseconds. */
  readonly timeoutMs: number;
  /** When session credentials expire, where that is known. */
  readonly expires?: Date | undefined;
}

/** `GetServiceQuota`, as the action is called in a policy. */
export const getServiceQuota = "servicequotas:GetServiceQuota";

const answer = z.object({ Quota: z.object({ Value: z.number().nonnegative() }) });
const refusal = z.object({
  __type: z.string().max(200),
  message: z.string().optional(),
  Message: z.string().optional(),
});

/**
 * What is applied in the account and the region (Service Quotas API reference, «GetServiceQuota»; JSON 1.1 over HTTP).
 * @returns undefined when there is no such quota there
 * @throws AwsRefused
 */
export async function appliedQuota(
  name: QuotaName,
  options: ServiceQuotasOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { region, expires, timeoutMs } = options;
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await send(name, options, within);
    const value = jsonIn(await textOf(response));
    if (value === undefined) throw new NotAws(response.status);
    if (response.status !== 200) throw saidBy(response.status, value);
    const parsed = answer.safeParse(value);
    if (parsed.success) return parsed.data.Quota.Value;
    const problem = "is missing, or not as it should be";
    throw new AwsRefused(getServiceQuota, {
      kind: "api-changed",
      operation: getServiceQuota,
      field: parsed.error.issues[0]?.path.join(".") ?? "",
      problem,
    });
  } catch (error) {
    if (error instanceof AwsRefused) throw error;
    if (error instanceof Said && error.name === "NoSuchResourceException") return undefined;
    throw new AwsRefused(
      getServiceQuota,
      refusalOf(error, { action: getServiceQuota, region, expires, now: new Date() }),
    );
  }
}

async function send(
  { service, code }: QuotaName,
  options: ServiceQuotasOptions,
  signal: AbortSignal,
): Promise<Response> {
  const { region, signer } = options;
  const url = new URL("/", options.endpoint ?? addressIn(region));
  const sign = await signer.config.signer({
    name: "sigv4",
    signingName: "servicequotas",
    signingRegion: region,
    properties: {},
  });
  const { hostname, protocol, host } = url;
  const body = JSON.stringify({ ServiceCode: service, QuotaCode: code });
  const { headers } = await sign.sign({
    method: "POST",
    protocol,
    hostname,
    path: "/",
    query: {},
    headers: {
      host,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "ServiceQuotasV20190624.GetServiceQuota",
    },
    body,
  });
  // What is signed is not sent on to anybody else.
  return fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
}

function addressIn(region: string): string {
  const { AWS_ENDPOINT_URL_SERVICE_QUOTAS: own, AWS_ENDPOINT_URL: all } = process.env;
  return own ?? all ?? `https://servicequotas.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

/** In bytes: an answer has less than one thousand. */
const longestAnswer = 64 * 1024;

async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > longestAnswer) throw new NotAws(response.status);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** An error in the form in which the SDK's clients have theirs. */
class Said extends Error {
  constructor(
    override readonly name: string,
    message: string,
    status: number,
  ) {
    super(message);
    this.$metadata = { httpStatusCode: status };
  }
  readonly $metadata: { readonly httpStatusCode: number };
}

class NotAws extends Said {
  constructor(status: number) {
    super("Unknown", "Deserialization error", status);
  }
}

function saidBy(status: number, value: unknown): Said {
  const parsed = refusal.safeParse(value);
  if (!parsed.success) return new NotAws(status);
  const { __type: type, message, Message } = parsed.data;
  return new Said(type.split("#").at(-1) ?? "", message ?? Message ?? "", status);
}
