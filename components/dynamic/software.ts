import type * as pulumi from "@pulumi/pulumi";

import type { SoftwareDefinition } from "../../catalogue/schema";
import { asDefined } from "../remote/software/observation";
import type { SshTargetInput } from "../remote/ssh";
import { DynamicResource } from "./provider";

export interface SoftwareInstallationArgs {
  readonly connection: pulumi.Input<SshTargetInput>;
  /** What is installed, as the catalogue defines it. Another software takes the place of this one. */
  readonly definition: SoftwareDefinition;
  /** A value for each of the definition's parameters and for the built-in ones. */
  readonly parameters: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * The Debian version of the software's package, with `*` for anything: a change upgrades. Default: what is newest when
   * it is first installed, and from then on what the machine has.
   */
  readonly version?: pulumi.Input<string>;
  /** Whether removal deletes the data as well. Default: `false`. */
  readonly purge?: boolean;
}

/**
 * One piece of software on one machine: packages, configuration, services, and proof that it answers. A refresh looks at
 * all of these, so what was changed by hand shows, and the next `up` mends it. A machine that can't be reached is an error.
 * @example
 * new SoftwareInstallation("wiki", { connection, definition: loadCatalogue().get("dokuwiki")!, parameters }, { deletedWith: server });
 */
export class SoftwareInstallation extends DynamicResource {
  /** The Debian version that is installed. */
  declare readonly version: pulumi.Output<string>;
  /** `installed, healthy`, or what is not as it shall be. */
  declare readonly condition: pulumi.Output<string>;

  constructor(name: string, args: SoftwareInstallationArgs, options?: pulumi.CustomResourceOptions) {
    const { connection, definition, parameters, version, purge = false } = args;
    super(
      "software-provider",
      "SoftwareInstallation",
      name,
      { connection, definition, parameters, wantedVersion: version, purge, condition: asDefined, version: undefined },
      options,
    );
  }
}
