import { PendingOperations, type Recovery, type RecoveryContext } from "../pending";
import type { PendingOperation, StackState, StateResource } from "../state/state";
import { AwsCloud, type AwsRegion } from "./aws/cloud";
import { type AwsKind, type Found, text } from "./aws/kind";
import { awsKinds, repeatableAtAws } from "./aws/kinds";
import { AmbiguousCreation } from "./errors";
import {
  adoption,
  clearance,
  deletion,
  type Fate,
  type RecoveryOptions,
  type RecoverySettings,
  refuseUnknown,
  rereading,
  settingsFrom,
  sure,
  whatOf,
  writeDown,
} from "./settlement";

/**
 * Settles what an operation on AWS left in flight. What it may have made is looked for by its tags, by its name or by what it connects
 * (`aws/kinds.ts`); what is there is taken into the state, and what is not is made anew by the next `up`. Nothing at AWS is changed, and
 * nothing is loaded or asked when nothing of AWS's is in flight.
 *
 * Types that are not known there are refused by their names when they were being made, and read anew otherwise.
 */
export class AwsRecovery implements Recovery {
  private readonly settings: RecoverySettings;

  constructor(options: RecoveryOptions = {}) {
    this.settings = settingsFrom(options);
  }

  readable({ resources }: StackState): readonly string[] {
    return resources.filter(({ type, id }) => type.startsWith("aws:") && id !== undefined).map(({ urn }) => urn);
  }

  /** @throws PendingOperations, AmbiguousCreation, InventoryUnavailable */
  async settle(pending: readonly PendingOperation[], context: RecoveryContext): Promise<void> {
    refuseUnknown(
      pending,
      (one) => this.settings.isRepeatable(one.resource.type) || isKnown(one, context.state),
      context,
    );
    const atAws = pending.filter(({ resource: { type } }) => !this.settings.isRepeatable(type));
    const cloud = new AwsCloud(context, context.signal);
    const search: Search = {
      context,
      cloud,
      until: Date.now() + this.settings.visibleWithinMs,
      known: idsIn(context.state),
    };
    const fates: Fate[] = [];
    try {
      for (const one of atAws) fates.push(await this.fateOf(one, search));
    } finally {
      cloud.close();
    }
    await writeDown(fates, context);
    for (const { words } of fates) context.note(words);
  }

  private fateOf({ type, resource }: PendingOperation, search: Search): Promise<Fate> {
    const kind = awsKinds[resource.type];
    if (type === "creating") return this.created(resource, kind, search);
    if (type === "deleting") return this.deleted(resource, kind, search);
    return Promise.resolve(rereading(resource, "changed"));
  }

  private async created(resource: StateResource, kind: AwsKind | undefined, search: Search): Promise<Fate> {
    const { urn, type, inputs = {} } = resource;
    const { cloud, context, known } = search;
    const why = repeatableAtAws[type];
    if (why !== undefined)
      return { kind: "cleared", words: `${whatOf(resource)} was being made, and is made once more: ${why}.` };
    const region = cloud.in(regionOf(resource, context.state));
    const activeUntil = Date.now() + this.settings.activeWithinMs;
    const look = async (): Promise<Found | "absent" | "unsure"> => {
      const early = Date.now() < search.until;
      const found = await kind?.made(region, inputs);
      if (found === undefined) throw new PendingOperations(context.stack, [{ operation: "creating", urn }]);
      const fresh = found.filter(({ id }) => !known.has(`${type} ${id}`));
      const one = theOne(fresh, { early, urn, context });
      if (one === undefined) return early ? "unsure" : "absent";
      return one.phase === "coming" && Date.now() < activeUntil ? "unsure" : one;
    };
    const last = await sure(look, (finding) => finding !== "unsure", context, this.settings);
    if (typeof last === "string") return clearance(resource);
    // The next one that is equal to it is another.
    known.add(`${type} ${last.id}`);
    return adoption(resource, last.id, last.id);
  }

  /** What goes is waited for until it is gone: taken for what it was, it would be missing from then on. */
  private async deleted(resource: StateResource, kind: AwsKind | undefined, search: Search): Promise<Fate> {
    const { id = "" } = resource;
    const { cloud, context } = search;
    const left = kind?.left;
    if (left === undefined) return rereading(resource, "deleted");
    const region: AwsRegion = cloud.in(regionOf(resource, context.state));
    const activeUntil = Date.now() + this.settings.activeWithinMs;
    const last = await sure(
      () => left(region, id),
      (found) => found === undefined || Date.now() >= (found.phase === "going" ? activeUntil : search.until),
      context,
      this.settings,
    );
    return deletion(resource, last === undefined, context);
  }
}

interface Search {
  readonly context: RecoveryContext;
  readonly cloud: AwsCloud;
  /** Until then something that was made may be missing from what AWS shows. */
  readonly until: number;
  /** Types and ids of what the state has, and of what is taken into it. */
  readonly known: Set<string>;
}

interface Choice {
  readonly early: boolean;
  readonly urn: string;
  readonly context: RecoveryContext;
}

/** @throws AmbiguousCreation */
function theOne(found: readonly Found[], { early, urn, context }: Choice): Found | undefined {
  const fresh = found.filter(({ phase }) => phase !== "going" && phase !== "gone");
  const marked = fresh.filter(({ isMarked }) => isMarked);
  // One without marks may be somebody else's who is about to mark it.
  const candidates = marked.length > 0 ? marked : early ? [] : fresh;
  if (candidates.length > 1)
    throw new AmbiguousCreation(
      context.stack,
      urn,
      candidates.map(({ id }) => id),
    );
  return candidates[0];
}

/** Of what was being changed or deleted, its provider knows. */
function isKnown({ type, resource }: PendingOperation, state: StackState): boolean {
  if (!resource.type.startsWith("aws:")) return false;
  if (type !== "creating") return true;
  if (repeatableAtAws[resource.type] !== undefined) return true;
  return awsKinds[resource.type] !== undefined && !hasOwnAccess(resource, state);
}

/** One that is gone, and was only remembered until its successor is there, may have left it its name. */
function idsIn({ resources }: StackState): Set<string> {
  const present = resources.filter(({ pendingReplacement }) => pendingReplacement !== true);
  return new Set(present.flatMap(({ type, id }) => (id === undefined ? [] : [`${type} ${id}`])));
}

function providerOf({ provider }: StateResource, { resources }: StackState): StateResource | undefined {
  return resources.find(({ urn, id = "" }) => `${urn}::${id}` === provider);
}

/** A provider that a program has made with credentials of its own, or for another address, sees another account. */
function hasOwnAccess(resource: StateResource, state: StackState): boolean {
  const provider = providerOf(resource, state);
  if (provider === undefined || /::default(?:_[^:]*)?$/.test(provider.urn)) return false;
  const own = /^(?:accessKey|secretKey|token|profile|assumeRole|shared|endpoints)/;
  return Object.keys(provider.inputs ?? {}).some((name) => own.test(name));
}

/** What the resource says itself, or else its provider. */
function regionOf(resource: StateResource, state: StackState): string | undefined {
  const { inputs = {}, outputs = {} } = resource;
  return text(inputs, "region") ?? text(outputs, "region") ?? text(providerOf(resource, state)?.inputs ?? {}, "region");
}
