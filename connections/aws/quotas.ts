import { DescribeAccountAttributesCommand, DescribeAddressesCommand, EC2Client } from "@aws-sdk/client-ec2";

import type { Works } from "../verdict";
import { type AwsCredentials, sdkCredentials } from "./credentials";
import { AwsRefused } from "./refused";
import { refusalOf } from "./refusals";

/** What is about to be made, as far as an account's quotas may be too small for it. */
export interface NeededOfAws {
  /** Elastic IP addresses: each deployment has one, and an account five in a region when nobody has asked for more. */
  readonly addresses: number;
}

export interface QuotaOptions {
  readonly region: string;
  readonly credentials: AwsCredentials | undefined;
  readonly endpoint: string | undefined;
  /** For each request, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * What the account may have in the region, when there is room for what is needed. Changes nothing. Quotas of virtual processors and
 * networks are another service's (Service Quotas), and are not looked at.
 * @returns nothing when the credentials may not look: AWS says so itself when it comes to that
 * @throws AwsRefused with the verdict `quota`, or what is wrong with the connection
 */
export async function limitsFor(
  { addresses }: NeededOfAws,
  options: QuotaOptions,
  signal: AbortSignal,
): Promise<Works["limits"]> {
  const { region, credentials, endpoint, timeoutMs } = options;
  const source = { current: () => Promise.resolve(credentials ?? never()), replacement: never };
  const client = new EC2Client({
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: Math.min(timeoutMs, 5000), requestTimeout: timeoutMs },
    ...(credentials === undefined ? {} : { credentials: sdkCredentials(source) }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const asked = async <Answer>(action: string, answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      // The error itself holds the request, and that holds the session token.
      const expires = credentials?.expires;
      throw new AwsRefused(action, refusalOf(error, { action, region, expires, now: new Date() }));
    }
  };
  try {
    const options = { abortSignal: signal };
    const attribute = new DescribeAccountAttributesCommand({});
    const { AccountAttributes } = await asked("ec2:DescribeAccountAttributes", client.send(attribute, options));
    const { Addresses } = await asked("ec2:DescribeAddresses", client.send(new DescribeAddressesCommand({}), options));
    const [value] = AccountAttributes?.find(({ AttributeName }) => AttributeName === maximum)?.AttributeValues ?? [];
    const limit = Number(value?.AttributeValue ?? Number.NaN);
    const needed = (Addresses?.length ?? 0) + addresses;
    if (!Number.isSafeInteger(limit) || limit < 0) return {};
    if (needed > limit)
      throw new AwsRefused("ec2:AllocateAddress", {
        kind: "quota",
        what: `Elastic IP addresses in ${region}`,
        limit,
        needed,
      });
    return { reservedIps: limit };
  } catch (error) {
    if (error instanceof AwsRefused && error.verdict.kind === "denied") return {};
    throw error;
  } finally {
    client.destroy();
  }
}

/** The account's attribute (EC2 API reference, «DescribeAccountAttributes»). */
const maximum = "vpc-max-elastic-ips";

function never(): never {
  throw new TypeError("a check has one set of credentials");
}
