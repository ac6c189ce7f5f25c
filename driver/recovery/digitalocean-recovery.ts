import { setTimeout as sleep } from "node:timers/promises";

import type { Candidate } from "../../guard/recognition/candidates";
import { at } from "../../guard/recognition/marks";
import { nameOfUrn, shortName } from "../events/translation";
import { PendingOperations, type Recovery, type RecoveryContext } from "../pending";
import { nameOf } from "../stack-id";
import type { PendingOperation, StackState, StateResource } from "../state/state";
import { Cloud } from "./cloud";
import { look, type Sought, soughtFor } from "./findings";
import { type Kind, kinds, repeatable } from "./kinds";
import type { KnownCreation } from "./known-creations";
import { type AdoptedResource, edited, isFree } from "./state-edits";

export interface RecoveryOptions {
  /** So long something that was made may be missing from what the cloud shows, and something deleted still be there, in ms. Default: 20 000. */
  readonly visibleWithinMs?: number;
  /** So long a machine that is found is waited for until it runs. Default: 15 minutes, as the official provider does. */
  readonly activeWithinMs?: number;
  /** Types that are made once more when nobody knows how far they came, beside our own and commands. Default: none. */
  readonly repeatable?: readonly RegExp[];
}

/**
 * Settles what an operation on DigitalOcean left in flight. What it may have made is looked for by the names and marks that it was to have
 * (`guard/recognition`), and by what a guard wrote down, where there is one; what is there is taken into the state. Nothing in the cloud is
 * changed.
 *
 * With the official plugin a machine that is taken in and has user data may be made anew by the next `up`: the plugin keeps a digest of
 * them that only it can make.
 */
export class DigitalOceanRecovery implements Recovery {
  private readonly visibleWithinMs: number;
  private readonly activeWithinMs: number;
  private readonly repeatable: readonly RegExp[];

  constructor({ visibleWithinMs = 20_000, activeWithinMs = 15 * 60_000, repeatable: more = [] }: RecoveryOptions = {}) {
    this.visibleWithinMs = visibleWithinMs;
    this.activeWithinMs = activeWithinMs;
    this.repeatable = [...repeatable, ...more];
  }

  /** Addresses have neither name nor tag: without a guard, those that are there before are what a new one is told by. */
  async foresee(context: RecoveryContext): Promise<string | undefined> {
    if (context.creations !== undefined) return undefined;
    const addresses = await new Cloud(context, context.signal).listing("/v2/reserved_ips", "reserved_ips");
    return JSON.stringify(addresses.map((one) => at(one, "ip")));
  }

  readable({ resources }: StackState): readonly string[] {
    return resources.filter(({ type }) => kinds[type] !== undefined).map(({ urn }) => urn);
  }

  /** What was answered and is not in the state, because that was lost or taken back, is found again by the next equal creation. */
  reopen(context: RecoveryContext): void {
    const { creations, stack, state } = context;
    const missing = creations?.reopen(nameOf(stack), knownIn(state.resources)) ?? [];
    if (missing.length > 0)
      context.note(`the state has nothing of ${missing.join(", ")}, which this stack's operations made.`);
  }

  async settle(pending: readonly PendingOperation[], context: RecoveryContext): Promise<void> {
    this.refuseUnknown(pending, context);
    const cloud = new Cloud(context, context.signal);
    const until = Date.now() + this.visibleWithinMs;
    const ofCloud = pending.filter(({ resource }) => kinds[resource.type] !== undefined);
    const fates: Fate[] = [];
    for (const one of ofCloud) fates.push(await this.fateOf(one, context, cloud, until));
    const adopted = fates.flatMap((fate) => (fate.kind === "adopted" ? [fate] : []));
    const removed = fates.flatMap((fate) => (fate.kind === "removed" ? [fate.resource] : []));
    const reread = fates.flatMap((fate) => ("reread" in fate ? [fate.reread] : []));
    await context.replaceState(edited(context.state, { adopted, removed }), reread);
    for (const { intents, kind, path } of fates.flatMap((fate) => ("intents" in fate ? [fate] : [])))
      for (const { id } of intents) context.creations?.settle(id, kind === "adopted" ? path : undefined);
    for (const { words } of fates) context.note(words);
  }

  private refuseUnknown(pending: readonly PendingOperation[], { stack }: RecoveryContext): void {
    const unknown = pending.filter(
      ({ resource: { type } }) => kinds[type] === undefined && !this.repeatable.some((one) => one.test(type)),
    );
    const words = unknown.map(({ type, resource }) => ({ operation: type, urn: resource.urn }));
    if (words.length > 0) throw new PendingOperations(stack, words);
  }

  private fateOf(
    { type, resource }: PendingOperation,
    context: RecoveryContext,
    cloud: Cloud,
    until: number,
  ): Promise<Fate> {
    const kind = kinds[resource.type];
    if (kind === undefined) throw new Error(`${resource.type} is none of the cloud's`);
    if (type === "creating") return this.created(resource, kind, context, cloud, until);
    if (type === "deleting") return this.deleted(resource, kind, context, cloud, until);
    const what = shortName(nameOfUrn(resource.urn));
    return Promise.resolve({
      kind: "kept",
      reread: resource.urn,
      words: `${what} was being changed: it is read anew.`,
    });
  }

  private async created(
    resource: StateResource,
    kind: Kind,
    context: RecoveryContext,
    cloud: Cloud,
    until: number,
  ): Promise<Fate> {
    const { urn } = resource;
    const what = shortName(nameOfUrn(urn));
    if (resource.type === tagType) return tag(resource, kind, cloud);
    const { creations, state, stack, before } = context;
    const sought = soughtFor(resource, kind, creations?.unfinished(nameOf(stack)) ?? []);
    if (sought === undefined) throw new PendingOperations(stack, [{ operation: "creating", urn }]);
    const known = new Set(state.resources.filter(({ type }) => type === resource.type).map(({ id = "" }) => id));
    const addressesBefore = addressesIn(before);
    const common = { stack, cloud, creations, known, addressesBefore };
    const finding = await this.sure(
      () => look(sought, { ...common, early: Date.now() < until }),
      ({ kind: found }) => found !== "unsure",
      context,
    );
    const { intents } = sought;
    const isThere = finding.kind === "there" && (await this.isUsable(sought, finding.candidate, context, cloud));
    if (finding.kind !== "there" || !isThere)
      return { kind: "cleared", intents, path: "", words: `${what} was being made: nothing of it is there.` };
    const { id, path } = finding.candidate;
    const words = `${what} was being made: it is there (${path}) and was taken into the state.`;
    return { kind: "adopted", resource, id, path, intents, reread: urn, words };
  }

  /** Waits until it runs. @returns whether it is there still: what could not be made goes away again */
  private async isUsable(
    sought: Sought,
    { path }: Candidate,
    context: RecoveryContext,
    cloud: Cloud,
  ): Promise<boolean> {
    const { isActive } = sought.kind;
    if (isActive === undefined) return true;
    const until = Date.now() + this.activeWithinMs;
    const last = await this.sure(
      () => cloud.at(path),
      (answer) => {
        const item = answer === undefined ? undefined : at(answer, sought.rule.envelope);
        return typeof item !== "object" || item === null || isActive(item) || Date.now() >= until;
      },
      context,
    );
    return last !== undefined;
  }

  private async deleted(
    resource: StateResource,
    kind: Kind,
    context: RecoveryContext,
    cloud: Cloud,
    until: number,
  ): Promise<Fate> {
    const { urn, id = "", outputs, inputs } = resource;
    const what = shortName(nameOfUrn(urn));
    const path = kind.location(id, outputs ?? inputs ?? {});
    const left = await this.sure(
      () => cloud.at(path),
      (found) => found === undefined || Date.now() >= until,
      context,
    );
    if (left === undefined && isFree(context.state, resource))
      return { kind: "removed", resource, words: `${what} was being deleted: it is gone.` };
    const words = `${what} was being deleted: ${left === undefined ? "it is gone" : "it is there still"}, and is read anew.`;
    return { kind: "kept", reread: urn, words };
  }

  /** Looks again and again, until it is sure. */
  private async sure<Value>(
    work: () => Promise<Value>,
    isSure: (value: Value) => boolean,
    { signal }: RecoveryContext,
  ): Promise<Value> {
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      const value = await work();
      if (isSure(value)) return value;
      await sleep(Math.min(pause, this.visibleWithinMs), undefined, { signal }).catch(() => {
        signal.throwIfAborted();
      });
    }
  }
}

const firstPause = 250;
const longestPause = 4_000;
const tagType = "digitalocean:index/tag:Tag";

/** What became of one, in words for people as well. */
type Fate =
  | (AdoptedResource & {
      readonly kind: "adopted";
      readonly path: string;
      readonly intents: readonly KnownCreation[];
      readonly reread: string;
      readonly words: string;
    })
  | {
      readonly kind: "cleared";
      readonly path: string;
      readonly intents: readonly KnownCreation[];
      readonly words: string;
    }
  | { readonly kind: "removed"; readonly resource: StateResource; readonly words: string }
  | { readonly kind: "kept"; readonly reread: string; readonly words: string };

/** A tag is its name; making one that is there changes nothing. */
async function tag(resource: StateResource, kind: Kind, cloud: Cloud): Promise<Fate> {
  const { urn, inputs = {} } = resource;
  const what = shortName(nameOfUrn(urn));
  const { name } = inputs;
  const path = kind.location(typeof name === "string" ? name : "", inputs);
  if (typeof name !== "string" || (await cloud.at(path)) === undefined)
    return { kind: "cleared", intents: [], path, words: `${what} was being made: nothing of it is there.` };
  const words = `${what} was being made: it is there and was taken into the state.`;
  return { kind: "adopted", resource, id: name, path, intents: [], reread: urn, words };
}

/** By where the API has it; of types that are not known here, by the id alone. */
export function knownIn(resources: readonly StateResource[]): (path: string) => boolean {
  const paths = new Set<string>();
  const others = new Set<string>();
  for (const { type, id, outputs, inputs } of resources) {
    if (id === undefined) continue;
    const kind = kinds[type];
    if (kind === undefined) others.add(id);
    else paths.add(kind.location(id, outputs ?? inputs ?? {}));
  }
  return (path) => paths.has(path) || others.has(path.slice(path.lastIndexOf("/") + 1));
}

function addressesIn(before: string | undefined): ReadonlySet<string> | undefined {
  if (before === undefined) return undefined;
  const value: unknown = JSON.parse(before);
  return Array.isArray(value) ? new Set(value.map(String)) : undefined;
}
