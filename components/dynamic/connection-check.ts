import type * as pulumi from "@pulumi/pulumi";

import { DynamicResource } from "./provider";

export interface ConnectionCheckArgs {
  /** UUID of the account that it has to be. Default: any. */
  readonly account?: pulumi.Input<string> | undefined;
  /** UUID of the team that it has to be. Default: any. */
  readonly team?: pulumi.Input<string> | undefined;
}

/**
 * Looks, at every preview and every update, whether the stack's connection to DigitalOcean works, with one request. When it does not, the run ends before
 * anything is made, with a sentence that says what is wrong and what to do: a token that has expired, another account, a robot check.
 *
 * The token is none of its inputs, so that it is in no state of it: the provider's process has it where the official provider has it, from
 * `digitalocean:token` or `DIGITALOCEAN_TOKEN`. An explicit provider's token it does not know.
 * @example
 * const connection = new ConnectionCheck(`${name}-connection`, { team: "5d5e…" }, { parent: this });
 * new digitalocean.Vpc(name, args, { parent: this, dependsOn: connection });
 */
export class ConnectionCheck extends DynamicResource {
  constructor(name: string, args: ConnectionCheckArgs = {}, options?: pulumi.CustomResourceOptions) {
    super("connection-check-provider", "ConnectionCheck", name, { ...args }, options);
  }
}
