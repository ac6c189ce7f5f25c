import { createRequire } from "node:module";

import type * as aws from "../components/aws/deployment";
import type * as digitalocean from "../components/digitalocean/deployment";
import type { BusinessDeploymentOutputs } from "../components/deployment";
import { warnWhenNotAdmitted } from "./admittance";
import { inOwnNames } from "./on-every-cloud";

/** What is to be deployed: a name, on which cloud, and what the cloud's component takes. */
export type DeploymentRequest = OnDigitalOcean | OnAws;

interface OnDigitalOcean extends digitalocean.DigitalOceanDeploymentArgs, Named {
  readonly cloud?: "digitalocean";
}

interface OnAws extends aws.AwsDeploymentArgs, Named {
  readonly cloud: "aws";
}

interface Named {
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
export function deployment(request: DeploymentRequest): () => Promise<DeploymentOutputs> {
  return () => {
    const made = makeOn(inOwnNames(request));
    warnWhenNotAdmitted(made, request.adminAccess);
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

/** The package of a cloud that is not asked for is not loaded: that takes longer than a no-op's half. */
function makeOn(request: DeploymentRequest) {
  const load = createRequire(__filename);
  if (request.cloud === "aws") {
    const { BusinessDeployment } = load("../components/aws/deployment") as typeof aws;
    return new BusinessDeployment(request.name, argsOf(request));
  }
  const { BusinessDeployment } = load("../components/digitalocean/deployment") as typeof digitalocean;
  return new BusinessDeployment(request.name, argsOf(request));
}

function argsOf<Request extends DeploymentRequest>(request: Request): Omit<Request, "name" | "cloud"> {
  return Object.fromEntries(Object.entries(request).filter(([key]) => key !== "name" && key !== "cloud")) as Omit<
    Request,
    "name" | "cloud"
  >;
}
