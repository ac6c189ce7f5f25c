import type { Candidate } from "../../guard/recognition/candidates";
import { at } from "../../guard/recognition/marks";
import { PendingOperations, type Recovery, type RecoveryContext } from "../pending";
import { nameOf } from "../stack-id";
import type { PendingOperation, StackState, StateResource } from "../state/state";
import { Cloud } from "./cloud";
import { look, type Sought, soughtFor } from "./findings";
import { type Kind, kinds } from "./kinds";
import type { KnownCreation } from "./known-creations";
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
  writeDown,
} from "./settlement";

/**
 * Settles what an operation on DigitalOcean left in flight. What it may have made is looked for by the names and marks that it was to have
 * (`guard/recognition`), and by what a guard wrote down, where there is one; what is there is taken into the state. Nothing in the cloud is
 * changed.
 *
 * With the official plugin a machine that is taken in and has user data may be made anew by the next `up`: the plugin keeps a digest of
 * them that only it can make.
 */
export class DigitalOceanRecovery implements Recovery {
  private readonly settings: RecoverySettings;

  constructor(options: RecoveryOptions = {}) {
    this.settings = settingsFrom(options);
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
    refuseUnknown(
      pending,
      ({ resource: { type } }) => kinds[type] !== undefined || this.settings.isRepeatable(type),
      context,
    );
    const cloud = new Cloud(context, context.signal);
    const until = Date.now() + this.settings.visibleWithinMs;
    const ofCloud = pending.filter(({ resource }) => kinds[resource.type] !== undefined);
    const fates: GuardedFate[] = [];
    for (const one of ofCloud) fates.push(await this.fateOf(one, context, cloud, until));
    await writeDown(fates, context);
    for (const { intents = [], path } of fates) for (const { id } of intents) context.creations?.settle(id, path);
    for (const { words } of fates) context.note(words);
  }

  private fateOf(
    { type, resource }: PendingOperation,
    context: RecoveryContext,
    cloud: Cloud,
    until: number,
  ): Promise<GuardedFate> {
    const kind = kinds[resource.type];
    if (kind === undefined) throw new Error(`${resource.type} is none of the cloud's`);
    if (type === "creating") return this.created(resource, kind, context, cloud, until);
    if (type === "deleting") return this.deleted(resource, kind, context, cloud, until);
    return Promise.resolve(rereading(resource, "changed"));
  }

  private async created(
    resource: StateResource,
    kind: Kind,
    context: RecoveryContext,
    cloud: Cloud,
    until: number,
  ): Promise<GuardedFate> {
    const { urn } = resource;
    if (resource.type === tagType) return tag(resource, kind, cloud);
    const { creations, state, stack, before } = context;
    const sought = soughtFor(resource, kind, creations?.unfinished(nameOf(stack)) ?? []);
    if (sought === undefined) throw new PendingOperations(stack, [{ operation: "creating", urn }]);
    const known = new Set(state.resources.filter(({ type }) => type === resource.type).map(({ id = "" }) => id));
    const addressesBefore = addressesIn(before);
    const common = { stack, cloud, creations, known, addressesBefore };
    const finding = await sure(
      () => look(sought, { ...common, early: Date.now() < until }),
      ({ kind: found }) => found !== "unsure",
      context,
      this.settings,
    );
    const { intents } = sought;
    const isThere = finding.kind === "there" && (await this.isUsable(sought, finding.candidate, context, cloud));
    if (finding.kind !== "there" || !isThere) return { ...clearance(resource), intents };
    const { id, path } = finding.candidate;
    return { ...adoption(resource, id, path), intents, path };
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
    const until = Date.now() + this.settings.activeWithinMs;
    const last = await sure(
      () => cloud.at(path),
      (answer) => {
        const item = answer === undefined ? undefined : at(answer, sought.rule.envelope);
        return typeof item !== "object" || item === null || isActive(item) || Date.now() >= until;
      },
      context,
      this.settings,
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
    const { id = "", outputs, inputs } = resource;
    const path = kind.location(id, outputs ?? inputs ?? {});
    const left = await sure(
      () => cloud.at(path),
      (found) => found === undefined || Date.now() >= until,
      context,
      this.settings,
    );
    return deletion(resource, left === undefined, context);
  }
}

const tagType = "digitalocean:index/tag:Tag";

/** What became of one, and what a guard is to be told of it. */
type GuardedFate = Fate & { readonly intents?: readonly KnownCreation[]; readonly path?: string };

/** A tag is its name; making one that is there changes nothing. */
async function tag(resource: StateResource, kind: Kind, cloud: Cloud): Promise<Fate> {
  const { name } = resource.inputs ?? {};
  const isThere = typeof name === "string" && (await cloud.at(kind.location(name, {}))) !== undefined;
  return isThere ? adoption(resource, name) : clearance(resource);
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
