import * as pulumi from "@pulumi/pulumi";

import { DynamicResource } from "./provider";

export interface SshKeyPairArgs {
  /** What stands behind the key where it is listed: whose it is. One line without spaces. A change keeps the key. */
  readonly comment: pulumi.Input<string>;
}

/**
 * An ed25519 key pair, for a user or for a host, made once and kept in the state, the private half as ciphertext. It
 * changes only when the resource is replaced (`pulumi up --replace`).
 * @example
 * const key = new SshKeyPair(`${name}-key`, { comment: name }, { parent: this });
 */
export class SshKeyPair extends DynamicResource {
  /** `ssh-ed25519 AAAA… comment`, as in authorized_keys. */
  declare readonly publicKey: pulumi.Output<string>;
  /** In OpenSSH's own format. Secret. */
  declare readonly privateKey: pulumi.Output<string>;
  /** `SHA256:…`, as ssh-keygen shows it. */
  declare readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: SshKeyPairArgs, options?: pulumi.CustomResourceOptions) {
    super(
      "keys-provider",
      "SshKeyPair",
      name,
      { comment: args.comment, publicKey: undefined, privateKey: undefined, fingerprint: undefined },
      pulumi.mergeOptions(options, { additionalSecretOutputs: ["privateKey"] }),
    );
  }
}
