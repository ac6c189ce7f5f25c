import { notFound, unprocessable } from "../errors";
import type { CloudState, Droplet } from "../state";

export interface TaggedResource {
  readonly resource_id: string;
  readonly resource_type: string;
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

/** The droplets keep running; only the tag is gone from them. */
export function deleteTag(draft: CloudState, name: string): void {
  const tag = getTag(draft, name);
  draft.tags = draft.tags.filter((one) => one !== tag);
  for (const resource of [...draft.droplets, ...draft.firewalls]) {
    resource.tags = resource.tags.filter((one) => one !== tag);
  }
}

export function tagResources(draft: CloudState, name: string, resources: readonly TaggedResource[]): void {
  const tag = getTag(draft, name);
  for (const droplet of dropletsAmong(draft, resources)) {
    if (!droplet.tags.includes(tag)) droplet.tags.push(tag);
  }
}

export function untagResources(draft: CloudState, name: string, resources: readonly TaggedResource[]): void {
  const tag = getTag(draft, name);
  for (const droplet of dropletsAmong(draft, resources)) droplet.tags = droplet.tags.filter((one) => one !== tag);
}

export function dropletsWith(state: CloudState, tag: string): Droplet[] {
  return state.droplets.filter(({ tags }) => tags.includes(tag));
}

function dropletsAmong(draft: CloudState, resources: readonly TaggedResource[]): Droplet[] {
  return resources.map(({ resource_id: id, resource_type: type }) => {
    if (type !== "droplet")
      throw unprocessable(`resource_type ${type} can't be tagged here: the sandbox has droplets only`);
    const droplet = draft.droplets.find((one) => String(one.id) === id);
    if (droplet === undefined) throw notFound();
    return droplet;
  });
}

function checkTagName(name: string): void {
  if (!/^[a-zA-Z0-9_\-:]{1,255}$/.test(name)) {
    throw unprocessable("Tag name is invalid: only letters, numbers, colons, dashes and underscores, at most 255");
  }
}
