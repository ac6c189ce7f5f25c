import { actionKind } from "../kind";
import { actionType } from "./action-type";

/**
 * An action ends as `errored`: DigitalOcean's hypervisors fail too («Droplet create event failed»,
 * github.com/ansible-collections/community.digitalocean/issues/150). A droplet whose creation errs is gone, with its
 * machine; any other action leaves everything as it was.
 */
export const actionErrored = actionKind({
  name: "action-errored",
  about: "an action ends as errored, and what it did is taken back",
  example: "action-errored --action create --droplet 'web-*'",
  count: 1,
  options: { action: actionType },
  effect: ({ action: wanted }) => ({
    on: "action",
    concerns: ({ type }) => wanted === undefined || type === wanted,
    strike: () => ({ errored: "a fault that was asked for" }),
  }),
});
