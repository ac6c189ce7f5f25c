import { checkAws } from "../connections/aws/check";
import type { Verdict } from "../connections/verdict";
import { accessKeyOf, type AwsCredentialsKept, roleOf } from "../oauth/aws-credentials";
import type { Vault } from "../oauth/vault/vault";
import { type Connected, existing, keep, NotConnectedTo } from "./connect-account";

/**
 * Keeps a connection to AWS that works, in the account that it led to before.
 * @throws NotConnectedTo, NotAsItWas
 */
export async function connectAws(vault: Vault, name: string, credentials: AwsCredentialsKept): Promise<Connected> {
  const before = await existing(vault, name, credentials.kind);
  const verdict = await checkAwsConnection(credentials, before?.account?.uuid);
  if (verdict.kind !== "works") throw new NotConnectedTo(name, verdict, "AWS");
  await keep({ vault, name }, before, credentials, verdict.account);
  return { verdict, renewed: before !== undefined };
}

/** @param account the one that it has to be. Default: any */
export function checkAwsConnection(credentials: AwsCredentialsKept, account?: string): Promise<Verdict> {
  const { region } = credentials;
  return checkAws({ region, credentials: accessKeyOf(credentials), role: roleOf(credentials), expected: { account } });
}
