import type { Candidate } from "../../guard/recognition/candidates";
import { same } from "../../guard/recognition/comparisons";
import { at, identityOf, type Marks, marksOf } from "../../guard/recognition/marks";
import { recognise } from "../../guard/recognition/recognition";
import type { Parameters } from "../../guard/recognition/routes";
import type { Creation } from "../../guard/recognition/rule";
import type { StackId } from "../stack-id";
import type { StateResource } from "../state/state";
import type { Cloud } from "./cloud";
import { AmbiguousCreation } from "./errors";
import type { Kind } from "./kinds";
import type { KnownCreation, KnownCreations } from "./known-creations";

/** A creation that was in flight, as it is looked for. */
export interface Sought {
  readonly urn: string;
  readonly kind: Kind;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly rule: Creation;
  readonly parameters: Parameters;
  readonly marks: Marks;
  /** What a guard wrote down of it. */
  readonly intents: readonly KnownCreation[];
}

/** @returns nothing when too little is known of it to be told from others */
export function soughtFor(
  { urn, inputs = {} }: StateResource,
  kind: Kind,
  unfinished: readonly KnownCreation[],
): Sought | undefined {
  const { path, body } = kind.request(inputs);
  const { rule, parameters } = recognise("POST", path);
  if (rule.kind !== "creation") return undefined;
  const marks = marksOf(rule, parameters, body);
  const isNamed = rule.identity.every((name) => marks[name] !== undefined || isOptional(rule, name));
  if (!isNamed) return undefined;
  const identity = identityOf(rule, marks);
  const intents = unfinished.filter(
    (one) => one.method === "POST" && one.path === path && identityOf(rule, one.marks) === identity,
  );
  return { urn, kind, inputs, rule, parameters, marks, intents };
}

/** A volume has no region of its own in some programs; all else that names a thing is always sent. */
function isOptional({ identity }: Creation, name: string): boolean {
  return identity.length > 1 && name !== identity[0];
}

export interface Search {
  readonly stack: StackId;
  readonly cloud: Cloud;
  readonly creations: KnownCreations | undefined;
  /** The ids of the same type that the state has. */
  readonly known: ReadonlySet<string>;
  /** The addresses that were there before the operation; unknown: nobody looked. */
  readonly addressesBefore: ReadonlySet<string> | undefined;
  /** Whether something that was made may still be missing from what the cloud shows. */
  readonly early: boolean;
}

/** What became of a creation: it is there; it is not; or it is too early to say. */
export type Finding =
  | { readonly kind: "there"; readonly candidate: Candidate; readonly intent: KnownCreation | undefined }
  | { readonly kind: "absent" }
  | { readonly kind: "unsure" };

/** @throws AmbiguousCreation, and what the cloud throws */
export async function look(sought: Sought, search: Search): Promise<Finding> {
  const { cloud, known, creations, early } = search;
  const { rule, parameters, marks, intents } = sought;
  // A guard writes down what it sends before it does: of what it has not written down, nothing left this machine.
  if (creations !== undefined && intents.length === 0) return { kind: "absent" };
  const all = (await cloud.candidates(rule, parameters, marks)).filter(({ id }) => !known.has(id));
  if (creations !== undefined) {
    for (const intent of intents) {
      const candidate = theOne(sought, search, ofIntent(intent, all, creations));
      if (candidate !== undefined) return { kind: "there", candidate, intent };
    }
    return early ? { kind: "unsure" } : { kind: "absent" };
  }
  const candidate = theOne(sought, search, await withoutGuard(sought, search, all));
  if (candidate === undefined) return early ? { kind: "unsure" } : { kind: "absent" };
  // What has neither name nor tag may be somebody else's who is about to take it in use.
  if (rule.identity.length === 0 && early && !isAssigned(sought, candidate)) return { kind: "unsure" };
  return { kind: "there", candidate, intent: undefined };
}

function theOne({ urn }: Sought, { stack }: Search, found: readonly Candidate[]): Candidate | undefined {
  if (found.length > 1)
    throw new AmbiguousCreation(
      stack,
      urn,
      found.map(({ path }) => path),
    );
  return found[0];
}

function ofIntent(intent: KnownCreation, all: readonly Candidate[], creations: KnownCreations): readonly Candidate[] {
  const { resource } = intent;
  // The API itself has said what it is.
  if (resource !== undefined) return all.filter(({ path }) => path === resource);
  const before = new Set(intent.before);
  const claimed = creations.claimed(intent);
  return all.filter(({ id, path }) => !before.has(id) && !claimed.has(path));
}

/** By the names alone. Those of our components are a stack's own; a domain's and an address's are not. */
async function withoutGuard(
  sought: Sought,
  { cloud, addressesBefore }: Search,
  all: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const { rule } = sought;
  if (rule.identity.length === 0) {
    const assigned = all.filter((one) => isAssigned(sought, one));
    if (assigned.length > 0) return assigned;
    const free = all.filter(({ item }) => at(item, "droplet") === null || at(item, "droplet") === undefined);
    return addressesBefore === undefined ? free : free.filter(({ id }) => !addressesBefore.has(id));
  }
  if (rule.route !== "/v2/domains") return all;
  const empty: Candidate[] = [];
  // A zone that somebody uses is not one that was just made: the cloud refuses another, and says so.
  for (const one of all) if (await isEmptyZone(cloud, one)) empty.push(one);
  return empty;
}

async function isEmptyZone(cloud: Cloud, { id }: Candidate): Promise<boolean> {
  const records = await cloud.listing(`/v2/domains/${encodeURIComponent(id)}/records`, "domain_records");
  return records.every((record) => ["NS", "SOA"].includes(String(at(record, "type"))));
}

function isAssigned({ inputs }: Sought, { item }: Candidate): boolean {
  const { dropletId } = inputs;
  // The engine keeps numbers as numbers; a program may have given text.
  return typeof dropletId === "number" || typeof dropletId === "string"
    ? same(at(item, "droplet.id"), {}) === String(dropletId)
    : false;
}
