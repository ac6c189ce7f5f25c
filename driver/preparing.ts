import { hiddenOf } from "./credentials";
import { type EngineOutcome, runEngine } from "./engine-run";
import { CredentialsLate } from "./errors";
import { PendingOperations, type Recovery, type RecoveryContext } from "./pending";
import type { Backup } from "./state/backups";
import { type PendingOperation, StackNotFound, type StackState } from "./state/state";
import { within } from "./within";
import type { LeasedWork, Shared } from "./work";

/** Runs the engine with the credentials of this moment. */
export async function engine(
  shared: Shared,
  work: LeasedWork,
  args: readonly string[],
  request: unknown,
  beforehand = false,
): Promise<EngineOutcome> {
  const { environment } = await credentialsFor(shared, work);
  return runEngine(shared.settings, shared.states.store, work, { args, request, credentials: environment, beforehand });
}

interface Handed {
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Asked for late: they may be good for minutes only. Secrets of the stack go in by standard input. */
async function credentialsFor(shared: Shared, work: LeasedWork): Promise<Handed> {
  const { stack, signal } = work.context;
  const handed = await askFor(shared, work);
  for (const [name, value] of Object.entries(handed.secrets))
    await work.cli.run({ args: ["config", "set", "--secret", name, "--stack", stack.stack], input: value, signal });
  return handed;
}

/** What the providers are handed, for whoever speaks to the cloud in their place. */
export async function askFor(
  { settings }: Pick<Shared, "settings">,
  { context, redactor }: Pick<LeasedWork, "context" | "redactor">,
): Promise<Handed> {
  const { stack, signal } = context;
  const { credentials } = settings;
  const { callMs } = settings.times;
  const { environment, secrets } = await within(
    callMs,
    signal,
    async (inTime): Promise<Handed> => ({
      environment: (await credentials.environment?.(stack, inTime)) ?? {},
      secrets: credentials.mode === "direct" ? await credentials.secrets(stack, inTime) : {},
    }),
    () => new CredentialsLate(stack, callMs),
  );
  for (const value of [...hiddenOf(environment), ...Object.values(secrets)]) redactor.learn(value);
  return { environment, secrets };
}

export interface Preparation {
  readonly request: unknown;
  /** Whether the operation itself reads what the cloud has: then nothing is read before it. */
  readonly reads: boolean;
}

/** Keeps the state as it is, and has what a dead operation left in flight settled. */
export async function prepareChange(
  shared: Shared,
  work: LeasedWork,
  { request, reads }: Preparation,
): Promise<Backup | undefined> {
  const { settings } = shared;
  const { context, state, unfinished } = work;
  const { stack, kind } = context;
  const backup = await settings.backups.save(stack, kind, state.text);
  const inFlight = unfinished.all(state);
  const recovery = recoveryFor(settings, request);
  if (recovery === undefined) {
    if (inFlight.length > 0) throw unsettled(inFlight, work);
    return backup;
  }
  const makes = kind === "up" && recovery.foresee !== undefined;
  const recovering = await recoveryContext(shared, work);
  recovery.reopen?.(recovering);
  if (inFlight.length > 0) {
    await recovery.settle(inFlight, recovering);
    const { pending } = await stateNow(work);
    if (pending.length > 0) throw unsettled(pending, work);
    await unfinished.settled();
  }
  if (unfinished.destroying && kind !== "destroy")
    await unfinished.owe(recovery.readable?.(await stateNow(work)) ?? []);
  await unfinished.destroys(kind === "destroy");
  if (makes) await unfinished.foreseen(await recovery.foresee?.(recovering));
  if (!reads) await readAnew(shared, work, request);
  return backup;
}

/** The request is the one that the program is made for: the driver's own methods see to that. */
function recoveryFor({ recovery }: Shared["settings"], request: unknown): Recovery | undefined {
  return typeof recovery === "function" ? recovery(request as never) : recovery;
}

/** What was found again is in the state by its name and inputs alone: the providers say the rest. */
async function readAnew(shared: Shared, work: LeasedWork, request: unknown): Promise<void> {
  const { unread } = work.unfinished;
  if (unread.length === 0) return;
  const urns = new Set((await stateNow(work)).resources.map(({ urn }) => urn));
  const targets = unread.filter((urn) => urns.has(urn)).flatMap((urn) => ["--target", urn]);
  if (targets.length > 0)
    await engine(shared, work, ["refresh", "--yes", "--skip-preview", "--run-program=true", ...targets], request, true);
  await work.unfinished.read();
}

async function recoveryContext(shared: Shared, work: LeasedWork): Promise<RecoveryContext> {
  const { context, state, unfinished, lease, redactor } = work;
  const { kind, stack } = context;
  const { credentials, times } = shared.settings;
  // It is waited for, whatever happens: nobody else may have the stack while it works.
  const signal = AbortSignal.any([context.signal, lease.lost, AbortSignal.timeout(times.operationMs)]);
  return {
    kind,
    stack,
    state,
    signal,
    epoch: lease.epoch,
    ...(await askFor(shared, work)),
    creations: credentials.mode === "guard" ? credentials.creations?.(stack) : undefined,
    before: unfinished.before,
    replaceState: async (text, reread = []) => {
      signal.throwIfAborted();
      await unfinished.owe(reread);
      await replaceState(work, text);
    },
    note: (message) => {
      context.emit({ kind: "note", message: redactor.redact(message) });
    },
  };
}

function unsettled(pending: readonly PendingOperation[], { context }: LeasedWork): PendingOperations {
  const words = pending.map(({ type, resource }) => ({ operation: type, urn: resource.urn }));
  return new PendingOperations(context.stack, words);
}

/** The engine checks what it is given, and keeps the old state when it refuses. It drops what is in flight. */
export async function replaceState({ cli, context }: Pick<LeasedWork, "cli" | "context">, text: string): Promise<void> {
  await cli.run({ args: ["stack", "import", "--stack", context.stack.stack], input: text });
}

export async function stateNow({ readState, context }: LeasedWork): Promise<StackState> {
  const state = await readState();
  if (state === undefined) throw new StackNotFound(context.stack);
  return state;
}
