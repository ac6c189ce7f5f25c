import { cloudName, type DeploymentIdentity } from "../naming";

/** What a resource is tagged with. AWS allows 50 tags, keys of 128 and values of 256 characters (EC2 user guide, «Tag restrictions»). */
export type Tags = Readonly<Record<string, string>>;

export const defaultOwner = "deploy4me";

/** Whose resources they are: the deployment, and who answers for it. */
export interface Ownership {
  readonly identity: DeploymentIdentity;
  /** Who answers for what it costs, such as a team or a cost centre. Default: `deploy4me`. */
  readonly owner?: string;
}

/**
 * The tags of one resource. `Name` is what AWS's console shows.
 * @example tagsOf({ identity, owner: "office" }, "bastion").Name // "deploy4me-sandbox-office-bastion"
 */
export function tagsOf({ identity, owner = defaultOwner }: Ownership, part?: string): Record<string, string> {
  return {
    Name: cloudName(identity, part),
    "deploy4me:project": identity.project,
    "deploy4me:stack": identity.stack,
    "deploy4me:deployment": identity.deployment,
    "deploy4me:owner": owner,
  };
}
