import {
  DescribeAccountAttributesCommand,
  DescribeAddressesCommand,
  EC2Client,
  paginateDescribeVpcs,
} from "@aws-sdk/client-ec2";

import type { Quota, Works } from "../verdict";
import { type AwsCredentials, sdkCredentials } from "./credentials";
import { isStandard, processorsOf, runningStandardTypes } from "./processors";
import { AwsRefused } from "./refused";
import { refusalOf } from "./refusals";
import { appliedQuota, getServiceQuota, type QuotaName } from "./service-quotas";

/** What is about to be made, as far as an account's quotas may be too small for it. */
export interface NeededOfAws {
  /** Elastic IP addresses: each deployment has one, and an account five in a region when nobody has asked for more. */
  readonly addresses: number;
  /** VPCs: each deployment has one, and an account five in a region, the default one among them. Default: none. */
  readonly networks?: number;
  /** The instance type of each machine. Default: none. */
  readonly machines?: readonly string[];
}

export interface QuotaOptions {
  readonly region: string;
  readonly credentials: AwsCredentials | undefined;
  readonly endpoint: string | undefined;
  /** For each request, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * What the account may have in the region, when there is room for what is needed. Changes nothing.
 *
 * A quota that the credentials may not look at, or that AWS does not name, stops nobody: it is among the `unseen`, and AWS says so itself when
 * it comes to that.
 * @throws AwsRefused with the verdict `quota`, or what is wrong with the connection
 */
export async function limitsFor(
  needed: NeededOfAws,
  options: QuotaOptions,
  signal: AbortSignal,
): Promise<Pick<Works, "limits" | "unseen">> {
  const quotas = new Quotas(options, signal);
  try {
    const { addresses, networks = 0, machines = [] } = needed;
    const limits = {
      reservedIps: await quotas.addresses(addresses),
      networks: networks === 0 ? undefined : await quotas.networks(networks),
      processors: machines.some(isStandard) ? await quotas.processors(machines) : undefined,
    };
    const { unseen } = quotas;
    return { limits: known(limits), ...(unseen.length === 0 ? {} : { unseen }) };
  } finally {
    quotas.close();
  }
}

const addressQuota = { service: "ec2", code: "L-0263D0A3" };
const networkQuota = { service: "vpc", code: "L-F678F1CE" };
const processorQuota = { service: "ec2", code: "L-1216C47A" };

/** The account's attribute (EC2 API reference, «DescribeAccountAttributes»): it needs no right at Service Quotas. */
const maximumAddresses = "vpc-max-elastic-ips";

class Quotas {
  readonly unseen: string[] = [];
  private readonly client: EC2Client;
  private readonly signer: EC2Client;
  private readonly request: { readonly abortSignal: AbortSignal };

  constructor(
    private readonly options: QuotaOptions,
    private readonly signal: AbortSignal,
  ) {
    this.request = { abortSignal: signal };
    this.client = clientWith(options);
    this.signer = clientWith(options);
  }

  close(): void {
    this.client.destroy();
    this.signer.destroy();
  }

  /** Elastic IP addresses. */
  addresses(more: number): Promise<number | undefined> {
    return this.seen(addressQuota, async () => {
      const attribute = new DescribeAccountAttributesCommand({});
      const { AccountAttributes = [] } = await this.asked("ec2:DescribeAccountAttributes", () =>
        this.client.send(attribute, this.request),
      );
      const { Addresses = [] } = await this.asked("ec2:DescribeAddresses", () =>
        this.client.send(new DescribeAddressesCommand({}), this.request),
      );
      const [value] =
        AccountAttributes.find(({ AttributeName }) => AttributeName === maximumAddresses)?.AttributeValues ?? [];
      const limit = Number(value?.AttributeValue ?? Number.NaN);
      if (!Number.isSafeInteger(limit) || limit < 0) return undefined;
      const use = { used: Addresses.length, more };
      return this.roomFor("ec2:AllocateAddress", "Elastic IP addresses", addressQuota, limit, use);
    });
  }

  /** VPCs in a region. */
  networks(more: number): Promise<number | undefined> {
    return this.seen(networkQuota, async () => {
      const limit = await this.applied(networkQuota);
      if (limit === undefined) return undefined;
      const used = await this.asked("ec2:DescribeVpcs", async () => {
        let count = 0;
        for await (const { Vpcs = [] } of paginateDescribeVpcs({ client: this.client }, {}, this.request))
          count += Vpcs.length;
        return count;
      });
      return this.roomFor("ec2:CreateVpc", "VPCs", networkQuota, limit, { used, more });
    });
  }

  /** Virtual processors of running on-demand standard instances. */
  processors(machines: readonly string[]): Promise<number | undefined> {
    return this.seen(processorQuota, async () => {
      const limit = await this.applied(processorQuota);
      if (limit === undefined) return undefined;
      const wanted = machines.filter(isStandard);
      const running = await this.asked("ec2:DescribeInstances", () => runningStandardTypes(this.client, this.signal));
      const sizes = await this.asked("ec2:DescribeInstanceTypes", () =>
        processorsOf(this.client, [...running, ...wanted], this.signal),
      );
      const sum = (types: readonly string[]): number =>
        types.reduce((total, type) => total + (sizes.get(type) ?? 0), 0);
      const use = { used: sum(running), more: sum(wanted) };
      return this.roomFor(
        "ec2:RunInstances",
        "vCPUs of running on-demand standard instances",
        processorQuota,
        limit,
        use,
      );
    });
  }

  private async applied(name: QuotaName): Promise<number | undefined> {
    const { region, endpoint, timeoutMs, credentials } = this.options;
    const expires = credentials?.expires;
    const limit = await appliedQuota(name, { region, endpoint, timeoutMs, expires, signer: this.signer }, this.signal);
    if (limit === undefined) this.unseen.push(`${name.code}: ${getServiceQuota} knows none`);
    return limit;
  }

  private roomFor(
    action: string,
    what: string,
    { code }: QuotaName,
    limit: number,
    { used, more }: { readonly used: number; readonly more: number },
  ): number {
    const needed = used + more;
    const quota: Quota = { kind: "quota", what: `${what} in ${this.options.region}`, code, limit, used, needed };
    if (needed > limit) throw new AwsRefused(action, quota);
    return limit;
  }

  private async seen({ code }: QuotaName, look: () => Promise<number | undefined>): Promise<number | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof AwsRefused) || error.verdict.kind !== "denied") throw error;
      this.unseen.push(`${code}: ${error.verdict.action} is not allowed`);
      return undefined;
    }
  }

  private async asked<Answer>(action: string, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      // The error itself holds the request, and that holds the session token.
      const { region, credentials } = this.options;
      throw new AwsRefused(
        action,
        refusalOf(error, { action, region, expires: credentials?.expires, now: new Date() }),
      );
    }
  }
}

function clientWith({ region, credentials, endpoint, timeoutMs }: QuotaOptions): EC2Client {
  const source = { current: () => Promise.resolve(credentials ?? never()), replacement: never };
  return new EC2Client({
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: Math.min(timeoutMs, 5000), requestTimeout: timeoutMs },
    ...(credentials === undefined ? {} : { credentials: sdkCredentials(source) }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

function known(limits: Readonly<Record<string, number | undefined>>): Works["limits"] {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}

function never(): never {
  throw new TypeError("a check has one set of credentials");
}
