import type { EC2 } from "@aws-sdk/client-ec2";
import type { IAM } from "@aws-sdk/client-iam";
import type { Route53 } from "@aws-sdk/client-route-53";
import type { S3 } from "@aws-sdk/client-s3";

import { AwsRefused } from "../../../connections/aws/refused";
import { refusalOf } from "../../../connections/aws/refusals";
import { at } from "../../../guard/recognition/marks";
import { DriverError } from "../../errors";
import { within } from "../../within";
import type { Access } from "../cloud";
import { InventoryUnavailable } from "../errors";
import { credentialsFor, endpointFor, usualRegion } from "./access";
import { type ClientOptions, type Clients, openClient, type Service, serviceNames } from "./clients";

/** One question, with what is asked again because of what passes by itself, in ms. */
const usualQuestionMs = 30_000;

/** A service that has one address for all regions is asked from any of them. */
const global: ReadonlySet<Service> = new Set(["iam", "route53"]);

/** How a client's method takes the time it has. */
export interface Sending {
  readonly abortSignal: AbortSignal;
}

/** Asks AWS what there is, as an operation's providers would. It changes nothing. */
export class AwsCloud {
  private readonly opened = new Map<string, Clients[Service]>();

  /**
   * @param signal ends whatever is being asked
   * @param questionMs how long one question may take
   */
  constructor(
    private readonly access: Access,
    private readonly signal: AbortSignal,
    private readonly questionMs = usualQuestionMs,
  ) {}

  /** @param region of the resource that is looked for. Default: what the variables say */
  in(region?: string): AwsRegion {
    return new AwsRegion(this, region ?? usualRegion(this.access));
  }

  close(): void {
    for (const client of this.opened.values()) client.destroy();
  }

  /**
   * @returns nothing when AWS says that there is no such thing
   * @throws InventoryUnavailable, or the signal's reason
   */
  async ask<Asked extends Service, Answer>(
    service: Asked,
    region: string | undefined,
    action: string,
    question: (client: Clients[Asked], sending: Sending) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const name = `${service}:${action}`;
    const at = region ?? (global.has(service) ? "us-east-1" : undefined);
    if (at === undefined) throw new InventoryUnavailable("no region of AWS is known.");
    const late = (): Error => new InventoryUnavailable(`${name} was not answered in time.`);
    try {
      return await within(
        this.questionMs,
        this.signal,
        (abortSignal) => question(this.client(service, at), { abortSignal }),
        late,
      );
    } catch (error) {
      if (this.signal.aborted || error instanceof DriverError) throw error;
      if (saysThereIsNone(error)) return undefined;
      // The error itself holds the request, and that holds the session's token.
      const { message } = new AwsRefused(name, refusalOf(error, { action: name, region: at, now: new Date() }));
      throw new InventoryUnavailable(`${name} failed: ${message}`);
    }
  }

  private client<Asked extends Service>(service: Asked, region: string): Clients[Asked] {
    const key = `${service} ${region}`;
    const known = this.opened.get(key) ?? openClient[service](this.options(service, region));
    this.opened.set(key, known);
    return known as Clients[Asked];
  }

  private options(service: Service, region: string): ClientOptions {
    const { access, signal } = this;
    const endpoint = endpointFor(access, serviceNames[service]);
    return {
      region,
      credentials: () => credentialsFor(access, signal),
      useDualstackEndpoint: access.environment.AWS_USE_DUALSTACK_ENDPOINT === "true",
      useFipsEndpoint: access.environment.AWS_USE_FIPS_ENDPOINT === "true",
      requestTimeoutMs: this.questionMs,
      ...(endpoint !== undefined && { endpoint }),
    };
  }
}

/** AWS in one region. */
export class AwsRegion {
  constructor(
    private readonly cloud: AwsCloud,
    readonly name: string | undefined,
  ) {}

  ec2<Answer>(action: string, question: (client: EC2, sending: Sending) => Promise<Answer>) {
    return this.cloud.ask("ec2", this.name, action, question);
  }

  iam<Answer>(action: string, question: (client: IAM, sending: Sending) => Promise<Answer>) {
    return this.cloud.ask("iam", this.name, action, question);
  }

  route53<Answer>(action: string, question: (client: Route53, sending: Sending) => Promise<Answer>) {
    return this.cloud.ask("route53", this.name, action, question);
  }

  s3<Answer>(action: string, question: (client: S3, sending: Sending) => Promise<Answer>) {
    return this.cloud.ask("s3", this.name, action, question);
  }
}

/**
 * Each service, and each kind of resource, has its own word for it. Of a bucket in another region S3 says where it is: it is not the one
 * that is looked for in this one.
 */
function saysThereIsNone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /NotFound$|^NoSuch|^PermanentRedirect$/.test(error.name) || at(error, "$metadata.httpStatusCode") === 301;
}

/** All pages of a listing, each of which says where the next one begins. */
export async function pages<Answer extends { readonly NextToken?: string | undefined }>(
  ask: (NextToken: string | undefined) => Promise<Answer | undefined>,
): Promise<readonly Answer[]> {
  const all: Answer[] = [];
  let next: string | undefined;
  do {
    const answer = await ask(next);
    if (answer !== undefined) all.push(answer);
    next = answer?.NextToken;
  } while (next !== undefined && next !== "");
  return all;
}
