import { setTimeout as sleep } from "node:timers/promises";

import { nameOfUrn, shortName } from "../events/translation";
import { PendingOperations, type RecoveryContext } from "../pending";
import type { PendingOperation, StateResource } from "../state/state";
import { repeatable } from "./kinds";
import { type AdoptedResource, edited, isFree } from "./state-edits";

/** What a recovery does on every cloud. */
export interface RecoveryOptions {
  /** So long something that was made may be missing from what the cloud shows, and something deleted still be there, in ms. Default: 20 000. */
  readonly visibleWithinMs?: number;
  /** So long something that is found and comes about by and by, as a machine does, is waited for, in ms. Default: 15 minutes, as the official providers do. */
  readonly activeWithinMs?: number;
  /** Types that are made once more when nobody knows how far they came, beside our own and commands. Default: none. */
  readonly repeatable?: readonly RegExp[];
}

/** The options, with what they are by default. */
export interface RecoverySettings extends Required<Omit<RecoveryOptions, "repeatable">> {
  /** Whether a type is made once more when nobody knows how far it came. */
  isRepeatable(type: string): boolean;
}

export function settingsFrom({ repeatable: more = [], ...options }: RecoveryOptions): RecoverySettings {
  const all = [...repeatable, ...more];
  const isRepeatable = (type: string): boolean => all.some((one) => one.test(type));
  return { visibleWithinMs: 20_000, activeWithinMs: 15 * 60_000, ...options, isRepeatable };
}

/** What became of one that was in flight, in words for people as well. */
export type Fate =
  | (AdoptedResource & { readonly kind: "adopted"; readonly reread: string; readonly words: string })
  | { readonly kind: "cleared"; readonly words: string }
  | { readonly kind: "removed"; readonly resource: StateResource; readonly words: string }
  | { readonly kind: "kept"; readonly reread: string; readonly words: string };

/** For people. */
export function whatOf({ urn }: Pick<StateResource, "urn">): string {
  return shortName(nameOfUrn(urn));
}

/** @param place where the cloud has it, as far as that says more than its name */
export function adoption(resource: StateResource, id: string, place?: string): Fate & { readonly kind: "adopted" } {
  const where = place === undefined ? "" : ` (${place})`;
  const words = `${whatOf(resource)} was being made: it is there${where} and was taken into the state.`;
  return { kind: "adopted", resource, id, reread: resource.urn, words };
}

export function clearance(resource: StateResource): Fate & { readonly kind: "cleared" } {
  return { kind: "cleared", words: `${whatOf(resource)} was being made: nothing of it is there.` };
}

/** Nobody has looked: its provider is asked. */
export function rereading(resource: StateResource, what: "changed" | "deleted"): Fate {
  return { kind: "kept", reread: resource.urn, words: `${whatOf(resource)} was being ${what}: it is read anew.` };
}

/** What is gone stays in the state where something else there stands on it: the engine then takes out both, in their order. */
export function deletion(resource: StateResource, isGone: boolean, { state }: Pick<RecoveryContext, "state">): Fate {
  const what = whatOf(resource);
  if (isGone && isFree(state, resource))
    return { kind: "removed", resource, words: `${what} was being deleted: it is gone.` };
  const words = `${what} was being deleted: ${isGone ? "it is gone" : "it is there still"}, and is read anew.`;
  return { kind: "kept", reread: resource.urn, words };
}

/** The state has nothing in flight then. */
export async function writeDown(fates: readonly Fate[], context: RecoveryContext): Promise<void> {
  const adopted = fates.flatMap((fate) => (fate.kind === "adopted" ? [fate] : []));
  const removed = fates.flatMap((fate) => (fate.kind === "removed" ? [fate.resource] : []));
  const reread = fates.flatMap((fate) => ("reread" in fate ? [fate.reread] : []));
  await context.replaceState(edited(context.state, { adopted, removed }), reread);
}

/** @throws PendingOperations that names all of which nobody knows anything, before anything else is settled */
export function refuseUnknown(
  pending: readonly PendingOperation[],
  isKnown: (one: PendingOperation) => boolean,
  { stack }: RecoveryContext,
): void {
  const unknown = pending.filter((one) => !isKnown(one));
  const words = unknown.map(({ type, resource }) => ({ operation: type, urn: resource.urn }));
  if (words.length > 0) throw new PendingOperations(stack, words);
}

/**
 * Looks again and again, until it is sure.
 * @throws what the look throws, and the signal's reason
 */
export async function sure<Value>(
  look: () => Promise<Value>,
  isSure: (value: Value) => boolean,
  { signal }: RecoveryContext,
  { visibleWithinMs }: RecoverySettings,
): Promise<Value> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    const value = await look();
    if (isSure(value)) return value;
    await sleep(Math.min(pause, visibleWithinMs), undefined, { signal }).catch(() => {
      signal.throwIfAborted();
    });
  }
}

const firstPause = 250;
const longestPause = 4_000;
