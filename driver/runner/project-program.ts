import { deployment, type DeploymentOutputs } from "../../programs/deployment";
import { toDeployment } from "../request/deployment";
import type { ProjectRequest } from "../request/schema";

/** The program of a project: what the process of an operation loads for a request that was checked before. */
export function project(request: ProjectRequest): () => Promise<DeploymentOutputs> {
  return deployment(toDeployment(request));
}
