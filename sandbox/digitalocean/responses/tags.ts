import { dropletsWith } from "../models/tags";
import type { CloudState } from "../state";

export function tagBody(state: CloudState, name: string, origin: string): object {
  const droplets = dropletsWith(state, name);
  const last = droplets.at(-1);
  const tagged = {
    count: droplets.length,
    ...(last === undefined ? {} : { last_tagged_uri: `${origin}/v2/droplets/${last.id}` }),
  };
  const none = { count: 0 };
  return {
    name,
    resources: {
      ...tagged,
      droplets: tagged,
      images: none,
      volumes: none,
      volume_snapshots: none,
      databases: none,
    },
  };
}
