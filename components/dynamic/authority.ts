import * as pulumi from "@pulumi/pulumi";

import { DynamicResource } from "./provider";

export interface CertificateAuthorityArgs {
  /** How people see it in the list of authorities. A change makes a new authority. */
  readonly commonName: pulumi.Input<string>;
}

/**
 * A certificate authority of one's own: a root certificate (ECDSA P-256, valid for ten years) and its key, made once and
 * kept in the state, the key as ciphertext. For domains that no public authority would vouch for.
 * @example
 * const authority = new CertificateAuthority(`${name}-authority`, { commonName: name }, { parent: this });
 */
export class CertificateAuthority extends DynamicResource {
  /** PEM: what visitors have to trust. */
  declare readonly certificate: pulumi.Output<string>;
  /** PKCS#8 PEM. Secret. */
  declare readonly privateKey: pulumi.Output<string>;
  /** When the certificate ends, in ISO 8601. */
  declare readonly notAfter: pulumi.Output<string>;

  constructor(name: string, args: CertificateAuthorityArgs, options?: pulumi.CustomResourceOptions) {
    super(
      "authority-provider",
      "CertificateAuthority",
      name,
      { commonName: args.commonName, certificate: undefined, privateKey: undefined, notAfter: undefined },
      pulumi.mergeOptions(options, { additionalSecretOutputs: ["privateKey"] }),
    );
  }
}
