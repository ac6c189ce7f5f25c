import { BusinessDeployment, type DigitalOceanDeploymentArgs } from "../components/digitalocean/deployment";
import type { BusinessDeploymentOutputs } from "../components/deployment";
import { warnWhenNotAdmitted } from "./admittance";

/** What is to be deployed: a name, and what the cloud's component takes. */
export interface DeploymentRequest extends DigitalOceanDeploymentArgs {
  /** Tells the deployments of one stack apart, and is part of every name in the cloud. */
  readonly name: string;
}

/** The stack's outputs. */
export type DeploymentOutputs = { readonly [Key in keyof BusinessDeploymentOutputs]: BusinessDeploymentOutputs[Key] };

/**
 * The program that brings a request about: what `pulumi up` runs, and what an embedding product hands to the Automation
 * API.
 * @example
 * await LocalWorkspace.createOrSelectStack({ stackName, projectName, program: deployment(request) });
 */
export function deployment({ name, ...args }: DeploymentRequest): () => Promise<DeploymentOutputs> {
  return () => {
    const made = new BusinessDeployment(name, args);
    warnWhenNotAdmitted(made, args.adminAccess);
    const { urls, bastionAddress, versions, credentials, caCertificate } = made;
    const { sshConfig, knownHosts, sshPrivateKey, sshCommands } = made;
    return Promise.resolve({
      urls,
      bastionAddress,
      versions,
      credentials,
      caCertificate,
      sshConfig,
      knownHosts,
      sshPrivateKey,
      sshCommands,
    });
  };
}
