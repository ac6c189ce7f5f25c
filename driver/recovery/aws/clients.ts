import { createRequire } from "node:module";

import type * as ec2 from "@aws-sdk/client-ec2";
import type * as iam from "@aws-sdk/client-iam";
import type * as route53 from "@aws-sdk/client-route-53";
import type * as s3 from "@aws-sdk/client-s3";
import type * as http from "@smithy/node-http-handler";

import type { SdkCredentials } from "../../../connections/aws/credentials";
import { InventoryUnavailable } from "../errors";

export interface Clients {
  readonly ec2: ec2.EC2;
  readonly iam: iam.IAM;
  readonly route53: route53.Route53;
  readonly s3: s3.S3;
}
export type Service = keyof Clients;

/** Those of their settings that say where, as whom and how long something is asked. */
export interface ClientOptions {
  readonly region: string;
  readonly credentials: () => Promise<SdkCredentials>;
  readonly endpoint?: string;
  readonly useDualstackEndpoint: boolean;
  readonly useFipsEndpoint: boolean;
  readonly requestTimeoutMs: number;
}

/** As the variables of an environment call the services. */
export const serviceNames: Readonly<Record<Service, string>> = {
  ec2: "EC2",
  iam: "IAM",
  route53: "ROUTE_53",
  s3: "S3",
};

/** Each is loaded by whoever asks it something, and by nobody else: they are large. */
const load = createRequire(__filename);

export const openClient: { readonly [Asked in Service]: (options: ClientOptions) => Clients[Asked] } = {
  ec2: (options) => new (load("@aws-sdk/client-ec2") as typeof ec2).EC2(settings(options)),
  iam: (options) => new (load("@aws-sdk/client-iam") as typeof iam).IAM(settings(options)),
  route53: (options) => new (load("@aws-sdk/client-route-53") as typeof route53).Route53(settings(options)),
  // Where there are no names below the service's own, buckets are in the path.
  s3: (options) =>
    new (load("@aws-sdk/client-s3") as typeof s3).S3({
      ...settings(options),
      forcePathStyle: options.endpoint !== undefined,
    }),
};

function settings({ requestTimeoutMs, ...options }: ClientOptions) {
  return {
    ...options,
    // What this process' environment or its user's files say of AWS is for others.
    ignoreConfiguredEndpointUrls: true,
    maxAttempts: 3,
    requestHandler: requestHandler(requestTimeoutMs),
  };
}

/**
 * A page of a proxy's or of a sign-in is read by the clients as an answer in which there is nothing, and all would be made once more. What
 * says that something is wrong with AWS itself is asked again.
 */
function requestHandler(requestTimeout: number): http.NodeHttpHandler {
  const { NodeHttpHandler } = load("@smithy/node-http-handler") as typeof http;
  const handler = new NodeHttpHandler({ connectionTimeout: Math.min(requestTimeout, 5_000), requestTimeout });
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const answer = await handle(request, options);
    const { statusCode, headers } = answer.response;
    const type = headers["content-type"] ?? "";
    if (statusCode >= 500 || /^(?:text|application)\/xml\b/.test(type)) return answer;
    throw new InventoryUnavailable(
      `what came from ${request.hostname} with status ${statusCode} is not AWS's answer, so a proxy or sign-in page may stand in between.`,
    );
  };
  return handler;
}
