import { readFile } from "node:fs/promises";

import { z } from "zod";

import type { SdkCredentials } from "../../../connections/aws/credentials";
import { messageOf } from "../../cause";
import { DriverError } from "../../errors";
import type { Access } from "../cloud";
import { InventoryUnavailable } from "../errors";

/** What gives credentials has as long as an operation's providers give it, in ms. */
const endpointMs = 20_000;

/**
 * What requests are signed with, found where an operation's providers find it: the stack's secrets, keys among the variables, or the
 * endpoint that the variables name («Container credential provider»). What this process or its user has for itself is nobody's here.
 * @throws InventoryUnavailable when there are none
 */
export async function credentialsFor({ environment, secrets }: Access, signal: AbortSignal): Promise<SdkCredentials> {
  const inConfiguration = pair(secrets["aws:accessKey"], secrets["aws:secretKey"], secrets["aws:token"]);
  if (inConfiguration !== undefined) return inConfiguration;
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  const inVariables = pair(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN);
  if (inVariables !== undefined) return inVariables;
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url } = environment;
  if (url === undefined) throw new InventoryUnavailable("there are no credentials for AWS.");
  try {
    return await fromEndpoint(url, environment, AbortSignal.any([signal, AbortSignal.timeout(endpointMs)]));
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof DriverError) throw cause;
    throw new InventoryUnavailable(`there are no credentials for AWS now (${messageOf(cause)}).`, { cause });
  }
}

/** Where it is signed for, when a resource does not say so itself. */
export function usualRegion({ environment, secrets }: Access): string | undefined {
  return secrets["aws:region"] ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
}

/** Where a service is, when it is not where it usually is (AWS SDKs and Tools Reference Guide, «Service-specific endpoints»). */
export function endpointFor({ environment }: Access, service: string): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service}`] ?? environment.AWS_ENDPOINT_URL;
}

function pair(id: string | undefined, secret: string | undefined, token: string | undefined) {
  if (id === undefined || secret === undefined) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token !== undefined && { sessionToken: token }) };
}

const answerSchema = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  Token: z.string().optional(),
  Expiration: z.iso.datetime({ offset: true }).optional(),
});
const refusalSchema = z.object({ message: z.string() });

async function fromEndpoint(url: string, environment: Access["environment"], signal: AbortSignal) {
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: shown } = environment;
  const token = file === undefined ? shown : (await readFile(file, "utf8")).trim();
  const headers = token === undefined ? {} : { authorization: token };
  const response = await fetch(url, { headers, redirect: "error", signal });
  const said: unknown = await response.json();
  if (!response.ok) {
    const { data } = refusalSchema.safeParse(said);
    throw new InventoryUnavailable(`there are no credentials for AWS: ${data?.message ?? String(response.status)}.`);
  }
  // What it is not says nothing of what it is: it may hold a key.
  const { data } = answerSchema.safeParse(said);
  if (data === undefined) throw new InventoryUnavailable("what should give credentials for AWS gives something else.");
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = data;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(Token !== undefined && Token !== "" && { sessionToken: Token }),
    ...(Expiration !== undefined && { expiration: new Date(Expiration) }),
  };
}
