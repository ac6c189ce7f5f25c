import type { Access } from "../digitalocean/access";
import type { Cloud } from "../digitalocean/cloud";
import { isLocked } from "../digitalocean/models/actions";
import { deleteDroplet } from "../digitalocean/models/droplets";
import type { World } from "./effect";

/** The sandbox, as faults may use it. */
export function sandboxWorld(cloud: Cloud, access: Access): World {
  return {
    clock: cloud.clock,
    droplets: () => cloud.state.droplets.map(({ id, name }) => ({ id, name, busy: isLocked(cloud.state, id) })),
    lose: (dropletId) => lose(cloud, dropletId),
    revoke: async (token) => {
      const caller = access.authenticate(token);
      return caller !== undefined && ((await access.revoke?.(caller.id)) ?? false);
    },
  };
}

/** As by its deletion, so that everything that hung on it is let go; but no action tells of it. */
async function lose(cloud: Cloud, dropletId: number): Promise<void> {
  const id = await cloud.change((draft, context) => {
    // It went, or something began with it, while this change waited for its turn.
    if (isLocked(draft, dropletId) || !draft.droplets.some((droplet) => droplet.id === dropletId)) return undefined;
    deleteDroplet(draft, dropletId, context);
    return draft.actions.at(-1)?.id;
  });
  if (id === undefined) return;
  await cloud.carriedOut({ id });
  await cloud.change((draft) => {
    draft.actions = draft.actions.filter((action) => action.id !== id);
  });
}
