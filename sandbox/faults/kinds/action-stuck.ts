import { actionKind } from "../kind";
import { actionType } from "./action-type";

/**
 * An action is in progress and stays so; its droplet is locked meanwhile, and refuses everything with «Droplet already
 * has a pending event.» (github.com/hashicorp/packer/issues/1786). When the fault is cleared, or the sandbox is
 * restarted, the action goes on.
 */
export const actionStuck = actionKind({
  name: "action-stuck",
  about: "an action stays in progress until the fault is cleared",
  example: "action-stuck --action power_off",
  count: 1,
  options: { action: actionType },
  effect: ({ action: wanted }) => ({
    on: "action",
    concerns: ({ type }) => wanted === undefined || type === wanted,
    strike: (cleared) => ({ stuck: aborted(cleared) }),
  }),
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}
