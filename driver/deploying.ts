import { approvalOf, type ApprovalSubject, checkApproval } from "./approval";
import { type EngineOutcome, runEngine } from "./engine-run";
import { CredentialsLate } from "./errors";
import type { OperationContext } from "./operation";
import { PendingOperations } from "./pending";
import {
  type DestroyResult,
  isUnchanged,
  outputsOf,
  type PreviewResult,
  type RefreshResult,
  type UpResult,
} from "./results";
import type { Backup } from "./state/backups";
import { type PendingOperation, StackNotFound, type StackState } from "./state/state";
import { within } from "./within";
import { type LeasedWork, onStack, type Shared } from "./work";

export interface PreviewOptions {
  /** Whether the cloud is asked first how everything is. Default: no. */
  readonly refresh?: boolean;
}

/** What would be done. The stack is made when it is not there; nothing else is changed. */
export function preview(
  shared: Shared,
  context: OperationContext,
  request: unknown,
  { refresh = false }: PreviewOptions,
): Promise<PreviewResult> {
  return onStack(shared, context, { program: true, creates: true }, async (work) => {
    const approval = approvalOf(subjectOf(shared, work, request));
    const { changes, warnings, steps } = await engine(shared, work, ["preview", ...refreshing(refresh)], request);
    return {
      changes,
      unchanged: isUnchanged(changes),
      warnings,
      steps: steps.filter(({ drift }) => !drift),
      drift: steps.filter(({ drift }) => drift),
      approval,
    };
  });
}

export interface UpOptions extends PreviewOptions {
  /** What a preview ended with: refuses when something has changed since. Default: whatever there is to do is done. */
  readonly approved?: string;
}

/** Brings the request about. */
export function up(
  shared: Shared,
  context: OperationContext,
  request: unknown,
  { refresh = false, approved }: UpOptions,
): Promise<UpResult> {
  return onStack(shared, context, { program: true, creates: true }, async (work) => {
    if (approved !== undefined) checkApproval(approved, subjectOf(shared, work, request));
    const backup = await prepareChange(shared, work);
    const args = ["up", "--yes", "--skip-preview", ...refreshing(refresh)];
    const { changes, warnings } = await engine(shared, work, args, request);
    const outputs = outputsOf(await stateNow(work));
    return { changes, unchanged: isUnchanged(changes), warnings, outputs, backup };
  });
}

/** Asks the cloud how everything is, and writes it into the state. The program is run: its credentials are today's. */
export function refresh(shared: Shared, context: OperationContext, request: unknown): Promise<RefreshResult> {
  return onStack(shared, context, { program: true, creates: false }, async (work) => {
    const backup = await prepareChange(shared, work);
    const args = ["refresh", "--yes", "--skip-preview", "--run-program=true"];
    const { changes, warnings, steps } = await engine(shared, work, args, request);
    const drift = steps.filter((step) => step.drift);
    return { changes, unchanged: drift.length === 0, warnings, drift, backup };
  });
}

export interface DestroyOptions {
  /** Whether the stack itself goes too, with its history. Default: no. Its backups stay in any case. */
  readonly remove?: boolean;
}

/** Removes everything that the stack has. The program is run: its credentials are today's. */
export function destroy(
  shared: Shared,
  context: OperationContext,
  request: unknown,
  { remove = false }: DestroyOptions,
): Promise<DestroyResult> {
  return onStack(shared, context, { program: true, creates: false }, async (work) => {
    const backup = await prepareChange(shared, work);
    const args = ["destroy", "--yes", "--skip-preview", "--run-program=true"];
    const { changes, warnings } = await engine(shared, work, args, request);
    const remaining = (await stateNow(work)).resources.length;
    if (remove && remaining === 0)
      await work.cli.run({ args: ["stack", "rm", "--yes", "--stack", context.stack.stack] });
    return { changes, unchanged: isUnchanged(changes), warnings, remaining, backup };
  });
}

function refreshing(wanted: boolean): string[] {
  return wanted ? ["--refresh"] : [];
}

async function engine(
  shared: Shared,
  work: LeasedWork,
  args: readonly string[],
  request: unknown,
): Promise<EngineOutcome> {
  const { environment } = await credentialsFor(shared, work);
  return runEngine(shared.settings, shared.states.store, work, { args, request, credentials: environment });
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

async function askFor({ settings }: Shared, { context, redactor }: LeasedWork): Promise<Handed> {
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
  for (const value of [...Object.values(environment), ...Object.values(secrets)]) redactor.learn(value);
  return { environment, secrets };
}

/** Keeps the state as it is, and has what a dead operation left in flight settled. */
async function prepareChange(shared: Shared, work: LeasedWork): Promise<Backup | undefined> {
  const { settings } = shared;
  const { context, state } = work;
  const { stack, kind } = context;
  const backup = await settings.backups.save(stack, kind, state.text);
  const inFlight = work.unfinished.all(state);
  if (inFlight.length === 0) return backup;
  const { recovery, times } = settings;
  if (recovery === undefined) throw unsettled(inFlight, work);
  // It is waited for, whatever happens: nobody else may have the stack while it works.
  const signal = AbortSignal.any([context.signal, work.lease.lost, AbortSignal.timeout(times.operationMs)]);
  await recovery.settle(inFlight, {
    kind,
    stack,
    state,
    signal,
    epoch: work.lease.epoch,
    ...(await askFor(shared, work)),
    replaceState: async (text) => {
      signal.throwIfAborted();
      await replaceState(work, text);
    },
    note: (message) => {
      context.emit({ kind: "note", message: work.redactor.redact(message) });
    },
  });
  const { pending } = await stateNow(work);
  if (pending.length > 0) throw unsettled(pending, work);
  await work.unfinished.settled();
  return backup;
}

function unsettled(pending: readonly PendingOperation[], { context }: LeasedWork): PendingOperations {
  const words = pending.map(({ type, resource }) => ({ operation: type, urn: resource.urn }));
  return new PendingOperations(context.stack, words);
}

/** The engine checks what it is given, and keeps the old state when it refuses. It drops what is in flight. */
export async function replaceState({ cli, context }: Pick<LeasedWork, "cli" | "context">, text: string): Promise<void> {
  await cli.run({ args: ["stack", "import", "--stack", context.stack.stack], input: text });
}

async function stateNow({ readState, context }: LeasedWork): Promise<StackState> {
  const state = await readState();
  if (state === undefined) throw new StackNotFound(context.stack);
  return state;
}

function subjectOf({ settings }: Shared, { context, state }: LeasedWork, request: unknown): ApprovalSubject {
  return { stack: context.stack, request, program: settings.program, state: state.version };
}
