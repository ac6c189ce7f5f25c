import { createHash } from "node:crypto";

import { z } from "zod";

import { canonicalJson } from "../canonical";
import { DriverError } from "../errors";
import { nameOf, type StackId } from "../stack-id";

const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  custom: z.boolean().optional(),
  delete: z.boolean().optional(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  dependencies: z.array(z.string()).nullish(),
  pendingReplacement: z.boolean().optional(),
  protect: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});
export type StateResource = z.infer<typeof resource>;

const pending = z.looseObject({ type: z.string(), resource });
export type PendingOperation = z.infer<typeof pending>;

const deploymentSchema = z.looseObject({
  manifest: z.looseObject({ time: z.string() }),
  secrets_providers: z.looseObject({ type: z.string().optional(), state: z.unknown() }).optional(),
  resources: z.array(resource).nullish(),
  pending_operations: z.array(pending).nullish(),
});

/** What `pulumi stack export` gives and `pulumi stack import` takes (`apitype.UntypedDeployment`, version 3). */
export const exportSchema = z.looseObject({ version: z.number(), deployment: deploymentSchema });

/** A stack's state, as the engine writes it, secrets encrypted. */
export interface StackState {
  /** The whole of it, for {@link exportSchema}'s readers: nothing is left out. */
  readonly text: string;
  readonly resources: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
  /** Of what the stack consists of: the same as long as no resource, no output and nothing in flight changes. */
  readonly version: string;
  /** Of the passphrase, when one encrypts the secrets. */
  readonly salt?: string;
  readonly keyService?: { readonly url: string; readonly encryptedKey?: string };
}

/** What the backend has of a stack is not what the engine writes. */
export class StateUnreadable extends DriverError {
  override readonly name = "StateUnreadable";
  readonly code = "STATE_UNREADABLE";

  constructor(
    readonly stackId: StackId,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `the state of ${nameOf(stackId)} can't be read: ${why}. ` +
        "Nothing was started. `deploy4me state restore` brings back the last backup.",
      options,
    );
  }
}

/** The backend has no such stack. */
export class StackNotFound extends DriverError {
  override readonly name = "StackNotFound";
  readonly code = "STACK_NOT_FOUND";

  constructor(readonly stackId: StackId) {
    super(`there is no stack ${nameOf(stackId)}: nothing has been deployed under this name, or it was removed.`);
  }
}

/**
 * Reads an export.
 * @throws StateUnreadable
 */
export function parseState(stack: StackId, text: string): StackState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StateUnreadable(stack, "it is no JSON", { cause });
  }
  const parsed = exportSchema.safeParse(value);
  if (!parsed.success) throw new StateUnreadable(stack, z.prettifyError(parsed.error));
  const { version, deployment } = parsed.data;
  if (version !== 3 && version !== 4)
    throw new StateUnreadable(stack, `it is of version ${version}, and we know 3 and 4`);
  const resources = deployment.resources ?? [];
  const inFlight = deployment.pending_operations ?? [];
  return {
    text,
    resources,
    pending: inFlight,
    version: createHash("sha256").update(canonicalJson({ resources, inFlight })).digest("hex"),
    ...secretsOf(deployment.secrets_providers),
  };
}

const passphraseState = z.object({ salt: z.string() });
const cloudState = z.object({ url: z.string(), encryptedkey: z.string().optional() });

function secretsOf(
  provider: z.infer<typeof deploymentSchema>["secrets_providers"],
): Pick<StackState, "salt" | "keyService"> {
  if (provider?.type === "passphrase") {
    const { data } = passphraseState.safeParse(provider.state);
    return data === undefined ? {} : { salt: data.salt };
  }
  if (provider?.type === "cloud") {
    const { data } = cloudState.safeParse(provider.state);
    if (data === undefined) return {};
    const { url, encryptedkey } = data;
    return { keyService: { url, ...(encryptedkey === undefined ? {} : { encryptedKey: encryptedkey }) } };
  }
  return {};
}
