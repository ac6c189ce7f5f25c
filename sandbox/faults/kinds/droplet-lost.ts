import type { Exchange, Verdict } from "../effect";
import { requestKind } from "../kind";
import { optional } from "../options";
import { namePattern } from "../patterns";
import { dropletName } from "../selection";

/**
 * A droplet is gone, from the API and from the machine room: the provider lost it, or a colleague deleted it in the
 * control panel (github.com/hashicorp/terraform/issues/3670). It happens at the next request that matches, before that is
 * carried out, to the droplet that has the name or, without a name, to the one that the request is about. A droplet on
 * which an action is in progress is not touched, and its request is no match.
 */
export const dropletLost = requestKind({
  name: "droplet-lost",
  about: "a droplet is gone, from the API and from the machine room",
  example: "droplet-lost --droplet web-1",
  count: 1,
  options: { droplet: optional(dropletName("which one (default: the one that the request is about)")) },
  effect: ({ droplet: name }) => ({
    on: "request",
    concerns: (exchange) => victim(exchange, name) !== undefined,
    strike: async (exchange): Promise<Verdict> => {
      const id = victim(exchange, name);
      if (id !== undefined) await exchange.world.lose(id);
      return "pass";
    },
  }),
});

function victim({ path, world }: Exchange, name: string | undefined): number | undefined {
  const id = /^\/v2\/droplets\/(\d+)(?:\/|$)/.exec(path)?.[1];
  const pattern = name === undefined ? undefined : namePattern(name);
  const isIt = (droplet: { readonly id: number; readonly name: string }): boolean =>
    pattern === undefined ? droplet.id === Number(id) : pattern.test(droplet.name);
  return world.droplets().find((droplet) => !droplet.busy && isIt(droplet))?.id;
}
