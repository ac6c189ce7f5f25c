import { z } from "zod";

import type { OperationContext } from "./operation";
import { replaceState } from "./preparing";
import { type HistoryEntry, historyFrom, outputsOf, type StackOutputs } from "./results";
import type { Backup } from "./state/backups";
import { parseState } from "./state/state";
import { stepsIn } from "./unfinished";
import { besideStack, onStack, type Shared } from "./work";

export interface OutputsOptions {
  /** Whether secret outputs are shown as they are. Default: no; it takes a call of the engine. */
  readonly secrets?: boolean;
}

/** The outputs of what was deployed last. */
export function outputs(
  shared: Shared,
  context: OperationContext,
  { secrets = false }: OutputsOptions,
): Promise<StackOutputs> {
  return besideStack(shared, context, async ({ state, cli }) => {
    const hidden = outputsOf(state);
    if (!secrets || !Object.values(hidden).some(({ secret }) => secret)) return hidden;
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", context.stack.stack];
    const shown = z.record(z.string(), z.unknown()).parse(JSON.parse(await cli.run({ args, signal: context.signal })));
    return Object.fromEntries(Object.entries(hidden).map(([name, one]) => [name, { ...one, value: shown[name] }]));
  });
}

export interface HistoryOptions {
  /** How many. Default: 20. */
  readonly limit?: number;
  /** Which part, from 1 on. Default: the newest. */
  readonly page?: number;
}

/** What was done with the stack, the newest first. */
export function history(
  shared: Shared,
  context: OperationContext,
  { limit = 20, page = 1 }: HistoryOptions,
): Promise<HistoryEntry[]> {
  return besideStack(shared, context, async ({ cli }) => {
    const part = ["--page-size", String(limit), "--page", String(page)];
    const args = ["stack", "history", "--json", ...part, "--stack", context.stack.stack];
    return historyFrom(await cli.run({ args, signal: context.signal }));
  });
}

/** The state as `pulumi stack import` takes it; secrets are encrypted. */
export function exportState(shared: Shared, context: OperationContext): Promise<string> {
  return besideStack(shared, context, ({ state }) => Promise.resolve(state.text));
}

/**
 * Puts an export in the place of the state. The stack is made when it is not there. One that can't be read is kept as it
 * is, for people to look into.
 */
export async function importState(
  shared: Shared,
  context: OperationContext,
  text: string,
): Promise<{ readonly backup: Backup }> {
  const replacement = parseState(context.stack, text);
  return onStack(shared, context, { program: false, creates: true, replacement }, async (work) => {
    const before = work.damaged ? await shared.states.raw(context.stack) : work.state.text;
    const backup = await shared.settings.backups.save(context.stack, context.kind, before);
    await work.unfinished.add(stepsIn(replacement));
    await replaceState(work, text);
    return { backup };
  });
}

/** Puts a backup in the place of the state. */
export async function restore(
  shared: Shared,
  context: OperationContext,
  id: string,
): Promise<{ readonly backup: Backup }> {
  return importState(shared, context, await shared.settings.backups.read(context.stack, id));
}
