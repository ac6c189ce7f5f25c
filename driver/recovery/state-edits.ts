import { exportSchema, type StackState, type StateResource } from "../state/state";

/** What is written into a state when it is known what became of what was in flight. */
export interface StateEdits {
  /** They are there. */
  readonly adopted: readonly AdoptedResource[];
  /** They are gone. */
  readonly removed: readonly StateResource[];
}

export interface AdoptedResource {
  readonly resource: StateResource;
  readonly id: string;
}

/** The state as an export, with nothing in flight. */
export function edited({ text }: Pick<StackState, "text">, { adopted, removed }: StateEdits): string {
  const exported = exportSchema.parse(JSON.parse(text));
  let resources: StateResource[] = (exported.deployment.resources ?? []).filter(
    (one) => !removed.some(({ urn, id, delete: condemned }) => same(one, { urn, id, delete: condemned })),
  );
  for (const one of adopted) resources = withAdopted(resources, one);
  const deployment = { ...exported.deployment, resources };
  delete deployment.pending_operations;
  return JSON.stringify({ ...exported, deployment });
}

/** Nothing in the state stands on it any more. */
export function isFree({ resources }: Pick<StackState, "resources">, { urn, id }: StateResource): boolean {
  const others = resources.filter((one) => one.urn !== urn || one.id !== id);
  // Another of the same name is what the others stand on.
  if (others.some((one) => one.urn === urn)) return true;
  return !others.some((one) => JSON.stringify(one).includes(JSON.stringify(urn)));
}

/**
 * In the place of the one that it was made to replace, which the engine then removes; otherwise at the end, after all that it
 * stands on.
 */
function withAdopted(resources: readonly StateResource[], { resource, id }: AdoptedResource): StateResource[] {
  const { urn, inputs = {} } = resource;
  const outputs = Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__")));
  const made: StateResource = { ...resource, custom: true, id, inputs, outputs };
  const at = resources.findIndex((one) => one.urn === urn && one.delete !== true);
  const old = resources[at];
  if (old === undefined) return [...resources, standing(made, resources)];
  // It is gone already, and was only remembered until its successor is there.
  const replaced = old.pendingReplacement === true ? [] : [{ ...old, delete: true }];
  const heir = { ...standingOf(old), ...made };
  return [...resources.slice(0, at), heir, ...replaced, ...resources.slice(at + 1)];
}

const standings = ["dependencies", "propertyDependencies", "deletedWith", "parent", "provider"] as const;

/** What the engine keeps of the order of things. */
function standingOf(resource: StateResource): Partial<StateResource> {
  return Object.fromEntries(
    standings.flatMap((name) => (resource[name] === undefined ? [] : [[name, resource[name]]])),
  );
}

/** Of one whose dependencies nobody wrote down: it goes before everything that was there before it. */
function standing(made: StateResource, resources: readonly StateResource[]): StateResource {
  if (made.dependencies !== undefined || made.propertyDependencies !== undefined) return made;
  const dependencies = resources
    .filter(({ type, custom, delete: condemned }) => custom === true && condemned !== true && !isEngines(type))
    .map(({ urn }) => urn);
  return { ...made, dependencies };
}

function isEngines(type: string): boolean {
  return type.startsWith("pulumi:");
}

function same(a: StateResource, b: Pick<StateResource, "urn" | "id" | "delete">): boolean {
  return a.urn === b.urn && a.id === b.id && (a.delete ?? false) === (b.delete ?? false);
}
