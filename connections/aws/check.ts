import type { CheckedAccount, Verdict } from "../verdict";
import type { AwsCredentials } from "./credentials";
import { limitsFor, type NeededOfAws } from "./quotas";
import { AwsRefused } from "./refused";
import type { Role } from "./session";
import { Sts } from "./sts";

export interface AwsCheck {
  readonly region: string;
  /** What to ask with; absent: what the process finds by AWS's own rules. */
  readonly credentials?: AwsCredentials | undefined;
  /** Assumed for a quarter of an hour, to see whether it can be. Default: none. */
  readonly role?: Role | undefined;
  /** The account it has to be: its number of 12 digits. Default: any. */
  readonly expected?: { readonly account?: string | undefined };
  /** What there has to be room for. Default: quotas are not looked at. */
  readonly needed?: NeededOfAws | undefined;
  /** Where AWS is, by region. Default: AWS's own, or what `AWS_ENDPOINT_URL` says. */
  readonly endpoint?: ((region: string) => string) | undefined;
  /** For all of it, in milliseconds. Default: 20,000. */
  readonly timeoutMs?: number;
}

/** The shortest that there is, in seconds: nobody uses the session of a check. */
const shortest = 900;

/**
 * Asks AWS who is asking, as the role where there is one. Changes nothing.
 *
 * Never rejects for what the world does; whatever is wrong with keys, role, region, clock, network or AWS is a verdict.
 * @example
 * sentence(await checkAws({ region: "eu-central-1", credentials }), { provider: "AWS" });
 */
export async function checkAws(check: AwsCheck): Promise<Verdict> {
  const { credentials, role, expected } = check;
  const signal = AbortSignal.timeout(check.timeoutMs ?? 20_000);
  try {
    const first = await whoAmI(check, credentials, signal);
    const asked = role === undefined ? { account: first, session: credentials } : await asRole(check, role, signal);
    const { account, session } = asked;
    if (expected?.account !== undefined && expected.account !== account.uuid)
      return { kind: "wrong-account", expected: expected.account, found: account };
    const { region, needed, endpoint, timeoutMs = 20_000 } = check;
    const ask = { region, credentials: session, endpoint: endpoint?.(region), timeoutMs };
    const seen = needed === undefined ? { limits: {} } : await limitsFor(needed, ask, signal);
    return { kind: "works", account, ...seen };
  } catch (error) {
    if (error instanceof AwsRefused) return error.verdict;
    throw error;
  }
}

async function whoAmI(
  check: AwsCheck,
  credentials: AwsCredentials | undefined,
  signal: AbortSignal,
): Promise<CheckedAccount> {
  try {
    return await using(check, check.region, credentials, (sts) => sts.whoAmI(signal));
  } catch (error) {
    // A region that is not enabled knows none of the account's keys, and says no more than that.
    const home = homeOf(check.region);
    if (!(error instanceof AwsRefused) || error.verdict.kind !== "revoked" || home === check.region) throw error;
    const isKnown = await using(check, home, credentials, (sts) => sts.whoAmI(signal)).catch((second: unknown) => {
      if (second instanceof AwsRefused) return undefined;
      throw second;
    });
    if (isKnown === undefined) throw error;
    throw new AwsRefused(error.action, { kind: "region-not-enabled", region: check.region });
  }
}

async function asRole(
  check: AwsCheck,
  { arn, externalId, sessionName = "deploy4me-check" }: Role,
  signal: AbortSignal,
): Promise<{ readonly account: CheckedAccount; readonly session: AwsCredentials }> {
  const { region, credentials } = check;
  const input = {
    RoleArn: arn,
    RoleSessionName: sessionName,
    DurationSeconds: shortest,
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  };
  const session = await using(check, region, credentials, (sts) => sts.assumeRole(input, signal));
  return { account: await whoAmI(check, session, signal), session };
}

async function using<Result>(
  { endpoint, timeoutMs = 20_000 }: AwsCheck,
  region: string,
  credentials: AwsCredentials | undefined,
  ask: (sts: Sts) => Promise<Result>,
): Promise<Result> {
  const sts = new Sts({ region, credentials, endpoint: endpoint?.(region), timeoutMs });
  try {
    return await ask(sts);
  } finally {
    sts.close();
  }
}

/** The region of the same partition that is enabled in every account. */
function homeOf(region: string): string {
  if (region.startsWith("cn-")) return "cn-north-1";
  if (region.startsWith("us-gov-")) return "us-gov-west-1";
  return "us-east-1";
}
