import { type Tagged, type TaggableKind, taggedWith } from "../models/tags";
import type { CloudState } from "../state";

/** Where each kind is found under its number or UUID. */
const collections: Readonly<Record<TaggableKind, string>> = {
  droplet: "droplets",
  image: "images",
  volume: "volumes",
  volume_snapshot: "snapshots",
};

export function tagBody(state: CloudState, name: string, origin: string): object {
  const tagged = taggedWith(state, name);
  const statistics = (resources: readonly Tagged[]): object => {
    const last = resources.at(-1);
    return {
      count: resources.length,
      ...(last === undefined ? {} : { last_tagged_uri: `${origin}/v2/${collections[last.kind]}/${last.id}` }),
    };
  };
  const of = (kind: TaggableKind): object => statistics(tagged.filter((one) => one.kind === kind));
  return {
    name,
    resources: {
      ...statistics(tagged),
      droplets: of("droplet"),
      images: of("image"),
      volumes: of("volume"),
      volume_snapshots: of("volume_snapshot"),
      databases: statistics([]),
    },
  };
}
