import { approvalOf, type ApprovalSubject, checkApproval } from "./approval";
import type { OperationContext } from "./operation";
import { engine, prepareChange, replaceState, stateNow } from "./preparing";
import { edited } from "./recovery/state-edits";
import {
  type DestroyResult,
  isUnchanged,
  outputsOf,
  type PreviewResult,
  type RefreshResult,
  type UpResult,
} from "./results";
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

/** What is written down of a deployment beside its state. */
export interface Life {
  readonly timeToLive: string | undefined;
  /** Of the request, without secrets. */
  readonly kept: unknown;
}

/** Brings the request about. */
export function up(
  shared: Shared,
  context: OperationContext,
  request: unknown,
  { refresh = false, approved }: UpOptions,
  { timeToLive, kept }: Life,
): Promise<UpResult> {
  return onStack(shared, context, { program: true, creates: true }, async (work) => {
    if (approved !== undefined) checkApproval(approved, subjectOf(shared, work, request));
    const backup = await prepareChange(shared, work, { request, reads: refresh });
    // What fails half-way is there as well, and costs.
    const { deployments, now } = shared.settings;
    await deployments.noted(context.stack, now(), timeToLive, kept);
    const args = ["up", "--yes", "--skip-preview", ...refreshing(refresh)];
    const { changes, warnings } = await engine(shared, work, args, request);
    await work.unfinished.read();
    const outputs = outputsOf(await stateNow(work));
    return { changes, unchanged: isUnchanged(changes), warnings, outputs, backup };
  });
}

/** Asks the cloud how everything is, and writes it into the state. The program is run: its credentials are today's. */
export function refresh(shared: Shared, context: OperationContext, request: unknown): Promise<RefreshResult> {
  return onStack(shared, context, { program: true, creates: false }, async (work) => {
    const backup = await prepareChange(shared, work, { request, reads: true });
    const args = ["refresh", "--yes", "--skip-preview", "--run-program=true"];
    const { changes, warnings, steps } = await engine(shared, work, args, request);
    await work.unfinished.read();
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
    const backup = await prepareChange(shared, work, { request, reads: false });
    const args = ["destroy", "--yes", "--skip-preview", "--run-program=true"];
    const { changes, warnings } = await engine(shared, work, args, request);
    await work.unfinished.read();
    await work.unfinished.destroys(false);
    const remaining = await remainingOf(work);
    if (remaining === 0) await shared.settings.deployments.gone(context.stack);
    if (remove && remaining === 0)
      await work.cli.run({ args: ["stack", "rm", "--yes", "--stack", context.stack.stack] });
    return { changes, unchanged: isUnchanged(changes), warnings, remaining, backup };
  });
}

function refreshing(wanted: boolean): string[] {
  return wanted ? ["--refresh"] : [];
}

/**
 * How much is left. A program that is run registers its components anew where an earlier destruction has removed them already; they are
 * nothing outside, and go with the rest.
 */
async function remainingOf(work: LeasedWork): Promise<number> {
  const state = await stateNow(work);
  const { resources } = state;
  if (resources.some(({ custom, type }) => custom === true && !type.startsWith("pulumi:providers:")))
    return resources.length;
  if (resources.length > 0) await replaceState(work, edited(state, { adopted: [], removed: resources }));
  return 0;
}

function subjectOf({ settings }: Shared, { context, state }: LeasedWork, request: unknown): ApprovalSubject {
  return { stack: context.stack, request, program: settings.program, state: state.version };
}
