import * as pulumi from "@pulumi/pulumi";

import { DynamicResource } from "./provider";

export interface PasswordArgs {
  /** How many characters; each brings 5.8 bits. Default: 24. A change makes a new password. */
  readonly length?: pulumi.Input<number>;
}

/**
 * A password made once and kept in the state as ciphertext. Letters and digits only, without those that are mistaken
 * for each other: it means the same in every configuration file, and can be read out over the telephone.
 * @example
 * const password = new Password(`${name}-admin`, { length: 24 }, { parent: this });
 */
export class Password extends DynamicResource {
  /** Secret. */
  declare readonly value: pulumi.Output<string>;

  constructor(name: string, args: PasswordArgs = {}, options?: pulumi.CustomResourceOptions) {
    super(
      "password-provider",
      "Password",
      name,
      { length: args.length ?? 24, value: undefined },
      pulumi.mergeOptions(options, { additionalSecretOutputs: ["value"] }),
    );
  }
}
