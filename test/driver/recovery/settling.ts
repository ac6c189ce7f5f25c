import type { RecoveryContext } from "../../../driver/pending";
import { DigitalOceanRecovery } from "../../../driver/recovery/digitalocean-recovery";
import type { KnownCreation, KnownCreations } from "../../../driver/recovery/known-creations";
import { parseState, type PendingOperation, type StateResource } from "../../../driver/state/state";
import { type TestApi, token } from "../../sandbox/digitalocean/api";

export const stack = { project: "test", stack: "office" };

export function urnOf(type: string, name: string): string {
  return `urn:pulumi:office::test::${type}::${name}`;
}

/** A resource of the cloud's, by the last part of its type: `Droplet`. */
export function resource(kind: string, name: string, more: Partial<StateResource> = {}): StateResource {
  const type = `digitalocean:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
  return { urn: urnOf(type, name), type, custom: true, ...more };
}

/** What a recovery made of a state. */
export interface Settled {
  readonly resources: readonly StateResource[];
  readonly reread: readonly string[];
  readonly notes: readonly string[];
}

export interface Situation {
  readonly resources?: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
  readonly creations?: KnownCreations;
  readonly before?: string;
  readonly signal?: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
  readonly visibleWithinMs?: number;
}

/** Settles without an engine: the state is text, and so is what comes of it. */
export async function settle(api: TestApi, situation: Situation): Promise<Settled> {
  const { resources = [], pending, visibleWithinMs = 0 } = situation;
  const deployment = { manifest: { time: "2026-01-01T00:00:00Z" }, resources, pending_operations: pending };
  const state = parseState(stack, JSON.stringify({ version: 3, deployment }));
  let text: string | undefined;
  let reread: readonly string[] = [];
  const notes: string[] = [];
  const context: RecoveryContext = {
    kind: "up",
    stack,
    state,
    epoch: 2,
    signal: situation.signal ?? new AbortController().signal,
    environment: situation.environment ?? { DIGITALOCEAN_API_URL: api.origin, DIGITALOCEAN_TOKEN: token },
    secrets: {},
    creations: situation.creations,
    before: situation.before,
    replaceState: (replaced, unread = []) => {
      text = replaced;
      reread = unread;
      return Promise.resolve();
    },
    note: (message) => void notes.push(message),
  };
  await new DigitalOceanRecovery({ visibleWithinMs }).settle(pending, context);
  const settled = parseState(stack, text ?? "");
  if (settled.pending.length > 0) throw new Error("something is in flight still");
  return { resources: settled.resources, reread, notes };
}

/** What a guard has written down, as a test says it. */
export class NotedCreations implements KnownCreations {
  readonly settled: { readonly id: number; readonly resource: string | undefined }[] = [];

  constructor(
    private readonly open: readonly Partial<KnownCreation>[],
    private readonly taken: readonly string[] = [],
  ) {}

  reopen(): readonly string[] {
    return [];
  }

  unfinished(): readonly KnownCreation[] {
    const usual = {
      account: "account",
      stack: "test/office",
      method: "POST",
      path: "",
      marks: {},
      before: [],
      writtenAt: 0,
    };
    return this.open.map((one, at) => ({ ...usual, id: at + 1, ...one }));
  }

  claimed(): ReadonlySet<string> {
    return new Set(this.taken);
  }

  settle(id: number, settled: string | undefined): void {
    this.settled.push({ id, resource: settled });
  }
}
