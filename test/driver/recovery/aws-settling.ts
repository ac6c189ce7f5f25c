import type { RecoveryContext } from "../../../driver/pending";
import { AwsRecovery } from "../../../driver/recovery/aws-recovery";
import type { RecoveryOptions } from "../../../driver/recovery/settlement";
import { parseState, type PendingOperation, type StateResource } from "../../../driver/state/state";
import { type Settled, stack, urnOf } from "./settling";

export const region = "eu-central-1";

/** A resource of AWS's, by its type without the package: `ec2/vpc:Vpc`. */
export function atAws(type: string, inputs: object, more: Partial<StateResource> = {}): StateResource {
  const token = `aws:${type}`;
  return { urn: urnOf(token, "one"), type: token, custom: true, inputs: { ...inputs }, ...more };
}

export const creating = (resource: StateResource): PendingOperation => ({ type: "creating", resource });
export const deleting = (resource: StateResource): PendingOperation => ({ type: "deleting", resource });

export interface AwsSituation extends RecoveryOptions {
  readonly resources?: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What an operation's providers are handed in these tests. */
export function variables(url: string): Readonly<Record<string, string>> {
  return { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_REGION: region };
}

/** Settles without an engine: the state is text, and so is what comes of it. */
export async function settleAtAws(situation: AwsSituation): Promise<Settled> {
  const { resources = [], pending, environment, secrets = {}, signal, ...options } = situation;
  const deployment = { manifest: { time: "2026-01-01T00:00:00Z" }, resources, pending_operations: pending };
  const replaced: { readonly text: string; readonly reread: readonly string[] }[] = [];
  const notes: string[] = [];
  const context: RecoveryContext = {
    ...{ kind: "up", stack, epoch: 2, environment, secrets, creations: undefined, before: undefined },
    state: parseState(stack, JSON.stringify({ version: 3, deployment })),
    signal: signal ?? new AbortController().signal,
    replaceState: (text, reread = []) => {
      replaced.push({ text, reread });
      return Promise.resolve();
    },
    note: (message) => void notes.push(message),
  };
  await new AwsRecovery({ visibleWithinMs: 0, ...options }).settle(pending, context);
  const [{ text, reread } = { text: "", reread: [] }] = replaced;
  const settled = parseState(stack, text);
  if (settled.pending.length > 0) throw new Error("something is in flight still");
  return { resources: settled.resources, reread, notes };
}
