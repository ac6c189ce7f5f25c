import type * as pulumi from "@pulumi/pulumi";

import { DynamicResource } from "./provider";

export interface PresenceArgs {
  /** Whether the thing that is watched is there now, as its cloud says. */
  readonly present: pulumi.Input<boolean>;
}

/**
 * Counts how often something was found missing. Its `generation` as the `replacementTrigger` of that something makes a
 * plain `pulumi up` bring it back, without a refresh.
 * @example
 * const presence = new Presence(`${name}-presence`, { present: found }, { parent: this });
 * new digitalocean.Droplet(name, args, { parent: this, replacementTrigger: presence.generation });
 */
export class Presence extends DynamicResource {
  /** 1 at first, one more each time `present` was false. */
  declare readonly generation: pulumi.Output<number>;

  constructor(name: string, args: PresenceArgs, options?: pulumi.CustomResourceOptions) {
    super("presence-provider", "Presence", name, { ...args, generation: undefined }, options);
  }
}
