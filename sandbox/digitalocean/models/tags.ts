import { notFound, unprocessable } from "../errors";
import type { CloudState, Droplet } from "../state";

/** What can be tagged. The original's databases can be, too; the sandbox has none. */
export const taggableKinds = ["droplet", "image", "volume", "volume_snapshot"] as const;
export type TaggableKind = (typeof taggableKinds)[number];

export interface TaggedResource {
  readonly resource_id: string;
  readonly resource_type: string;
}

export interface Tagged {
  readonly kind: TaggableKind;
  readonly id: string;
}

/** As in the original, creating a tag that is there already is no error. */
export function createTag(draft: CloudState, name: string): string {
  checkTagName(name);
  const found = findTag(draft, name);
  if (found !== undefined) return found;
  draft.tags.push(name);
  return name;
}

/** Tags keep the case they were created in and are found in any. */
export function findTag(state: CloudState, name: string): string | undefined {
  return state.tags.find((tag) => tag.toLowerCase() === name.toLowerCase());
}

export function getTag(state: CloudState, name: string): string {
  const tag = findTag(state, name);
  if (tag === undefined) throw notFound();
  return tag;
}

/** Whatever had it stays; only the tag is gone from it. */
export function deleteTag(draft: CloudState, name: string): void {
  const tag = getTag(draft, name);
  draft.tags = draft.tags.filter((one) => one !== tag);
  for (const resource of [...draft.droplets, ...draft.firewalls, ...draft.volumes, ...draft.snapshots]) {
    resource.tags = resource.tags.filter((one) => one !== tag);
  }
  draft.taggings = (draft.taggings ?? []).filter((one) => one.tag !== tag);
}

/** Gives a resource that is made just now the tags it is to have, and makes those that there are not yet. */
export function tagNew(draft: CloudState, kind: TaggableKind, id: number | string, names: readonly string[]): string[] {
  const tags = [...new Set(names.map((name) => createTag(draft, name)))];
  for (const tag of tags) noteTagging(draft, tag, kind, String(id));
  return tags;
}

export function tagResources(draft: CloudState, name: string, resources: readonly TaggedResource[]): void {
  const tag = getTag(draft, name);
  for (const { resource_id: id, resource_type: type } of resources) {
    const { kind, resource } = findTaggable(draft, type, id);
    if (!resource.tags.includes(tag)) resource.tags.push(tag);
    noteTagging(draft, tag, kind, id);
  }
}

export function untagResources(draft: CloudState, name: string, resources: readonly TaggedResource[]): void {
  const tag = getTag(draft, name);
  for (const { resource_id: id, resource_type: type } of resources) {
    const { resource } = findTaggable(draft, type, id);
    resource.tags = resource.tags.filter((one) => one !== tag);
  }
}

export function dropletsWith(state: CloudState, tag: string): Droplet[] {
  return state.droplets.filter(({ tags }) => tags.includes(tag));
}

/** All that has a tag; what got it last stands last. */
export function taggedWith(state: CloudState, tag: string): Tagged[] {
  const order = (state.taggings ?? []).filter((one) => one.tag === tag);
  const places = new Map(order.map(({ kind, id }, index) => [`${kind} ${id}`, index]));
  const place = ({ kind, id }: Tagged): number => places.get(`${kind} ${id}`) ?? -1;
  return taggables(state)
    .filter(({ tags }) => tags.includes(tag))
    .map(({ kind, id }) => ({ kind, id }))
    .sort((a, b) => place(a) - place(b));
}

function taggables(state: CloudState): (Tagged & { readonly tags: readonly string[] })[] {
  return [
    ...state.droplets.map(({ id, tags }) => ({ kind: "droplet" as const, id: String(id), tags })),
    ...state.volumes.map(({ id, tags }) => ({ kind: "volume" as const, id, tags })),
    ...state.snapshots
      .filter(({ made, deleted }) => made && deleted !== true)
      .map(({ id, tags, resourceType }) => ({
        kind: resourceType === "droplet" ? ("image" as const) : ("volume_snapshot" as const),
        id,
        tags,
      })),
  ];
}

function noteTagging(draft: CloudState, tag: string, kind: TaggableKind, id: string): void {
  const still = new Set(taggedWith(draft, tag).map((one) => `${one.kind} ${one.id}`));
  const others = (draft.taggings ?? []).filter(
    (one) => one.tag !== tag || (still.has(`${one.kind} ${one.id}`) && !(one.kind === kind && one.id === id)),
  );
  draft.taggings = [...others, { tag, kind, id }];
}

function findTaggable(
  draft: CloudState,
  type: string,
  id: string,
): { readonly kind: TaggableKind; readonly resource: { tags: string[] } } {
  const kind = taggableKinds.find((one) => one === type);
  if (kind === undefined)
    throw unprocessable(`resource_type ${type} can't be tagged here: it is one of ${taggableKinds.join(", ")}`);
  const resource = collection(draft, kind).find((one) => String(one.id) === id);
  if (resource === undefined) throw notFound();
  return { kind, resource };
}

function collection(draft: CloudState, kind: TaggableKind): { readonly id: string | number; tags: string[] }[] {
  const kept = draft.snapshots.filter(({ made, deleted }) => made && deleted !== true);
  switch (kind) {
    case "droplet":
      return draft.droplets;
    case "volume":
      return draft.volumes;
    case "image":
      return kept.filter(({ resourceType }) => resourceType === "droplet");
    case "volume_snapshot":
      return kept.filter(({ resourceType }) => resourceType === "volume");
  }
}

function checkTagName(name: string): void {
  if (!/^[a-zA-Z0-9_\-:]{1,255}$/.test(name)) {
    throw unprocessable("Tag name is invalid: only letters, numbers, colons, dashes and underscores, at most 255");
  }
}
